package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Writes the manual and the shells' completion below a directory, as they lie in {@code
 * /usr/share}. Run when the program is packaged, never by users.
 */
final class Documents {
  private Documents() {}

  public static void main(String[] args) throws IOException {
    Path share = Path.of(args[0]);
    String version = Program.version();
    Map<CommandName, CommandSpec> commands = new LinkedHashMap<>();
    for (CommandName name : CommandName.values()) {
      commands.put(name, new CommandParser(name, name.create()).spec());
    }
    Path manual = Files.createDirectories(share.resolve("man/man1"));
    Files.writeString(manual.resolve("holdfast.1"), ManPage.ofProgram(version));
    for (Map.Entry<CommandName, CommandSpec> command : commands.entrySet()) {
      String page = "holdfast-" + ManPage.pageName(command.getKey()) + ".1";
      Files.writeString(
          manual.resolve(page), ManPage.of(command.getKey(), command.getValue(), version));
    }
    Completion completion = new Completion(commands);
    write(share.resolve("bash-completion/completions/holdfast"), completion.bash());
    write(share.resolve("zsh/vendor-completions/_holdfast"), completion.zsh());
    write(share.resolve("fish/vendor_completions.d/holdfast.fish"), completion.fish());
  }

  private static void write(Path file, String text) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(file, text);
  }
}
