# Homebrew formula; the release workflow fills in what stands between @.
class Windfall < Formula
  desc "Turns the zip archives of an Apple privacy export into a library"
  homepage "https://github.com/@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/windfall-@VERSION@-macos-universal.tar.gz"
    sha256 "@MACOS@"
  end

  on_linux do
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/windfall-@VERSION@-linux-x86_64.tar.gz"
      sha256 "@LINUX_X86_64@"
    end
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/windfall-@VERSION@-linux-aarch64.tar.gz"
      sha256 "@LINUX_AARCH64@"
    end
  end

  def install
    bin.install "windfall"
    man1.install "windfall.1"
    bash_completion.install "completions/windfall.bash" => "windfall"
    zsh_completion.install "completions/windfall.zsh" => "_windfall"
    fish_completion.install "completions/windfall.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/windfall --version")
    assert_match "no export found", shell_output("#{bin}/windfall check #{testpath} 2>&1", 1)
  end
end
