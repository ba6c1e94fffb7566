package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;

/** The help of the program as a whole. */
final class ProgramHelp {
  private static final int COLUMN = 32;

  private ProgramHelp() {}

  /** Returns the lines: every command, in four groups. */
  static List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("Makes an update of live directories one transaction: all of it or nothing.");
    lines.add("");
    lines.add("Usage: holdfast [--state DIR] [--json] [-v] COMMAND …");
    for (CommandName.Group group : CommandName.Group.values()) {
      lines.add("");
      lines.add(group.title() + ":");
      for (CommandName name : CommandName.values()) {
        if (name.group() == group) {
          String call = "  " + name.words() + " " + name.arguments();
          lines.add(call + " ".repeat(Math.max(1, COLUMN - call.length())) + name.summary());
        }
      }
    }
    lines.add("");
    lines.add("'holdfast COMMAND --help' has a command's options and an example.");
    lines.add("TX is a transaction's number, last (the newest applied) or last~2.");
    lines.add("");
    lines.add("Exit status: 0 done; 1 failed, nothing changed; 2 wrong command line; 3 busy or in");
    lines.add("conflict, nothing changed; 4 a transaction is pending that could not be recovered;");
    lines.add("5 the question could not be answered.");
    return lines;
  }
}
