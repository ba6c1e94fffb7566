package dev.holdfast.cli;

import dev.holdfast.journal.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line, taken apart as far as can be without knowing the command's options: the global
 * options may come before its name.
 */
sealed interface Invocation {

  /** The help of the program as a whole is wanted. */
  record Help() implements Invocation {}

  /** The version is wanted. */
  record Version() implements Invocation {}

  /**
   * A command.
   *
   * @param name which one
   * @param states every {@code --state} before its name
   * @param arguments all the rest, global options first, each byte carried by one char
   */
  record Call(CommandName name, List<ByteString> states, List<String> arguments)
      implements Invocation {
    /** Copies the lists. */
    public Call {
      states = List.copyOf(states);
      arguments = List.copyOf(arguments);
    }
  }

  /** Takes {@code commandLine} apart. */
  static Invocation parse(List<ByteString> commandLine) throws UsageException {
    List<String> words = commandLine.stream().map(ArgumentText::carrying).toList();
    List<String> global = new ArrayList<>();
    List<ByteString> states = new ArrayList<>();
    String first = "";
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      switch (word) {
        case "-h", "--help" -> {
          return new Help();
        }
        case "-V", "--version" -> {
          return new Version();
        }
        case "--json", "-v", "--verbose" -> global.add(word);
        case "--state" -> {
          if (i + 1 == words.size()) {
            throw new UsageException("--state needs a directory after it");
          }
          states.add(commandLine.get(++i));
        }
        default -> {
          if (word.startsWith("--state=")) {
            states.add(ArgumentText.carriedBy(word.substring("--state=".length())));
          } else if (word.startsWith("-")) {
            throw new UsageException("unknown option before the command: " + readable(word));
          } else if (first.isEmpty() && CommandName.isFirstOfTwo(word)) {
            first = word;
          } else {
            global.addAll(words.subList(i + 1, words.size()));
            return new Call(find(first.isEmpty() ? word : first + " " + word), states, global);
          }
        }
      }
    }
    throw new UsageException(
        first.isEmpty() ? "which command?" : "which command of \"" + first + "\"?");
  }

  private static CommandName find(String words) throws UsageException {
    return CommandName.find(words)
        .orElseThrow(() -> new UsageException("there is no command \"" + readable(words) + "\""));
  }

  private static String readable(String carrier) {
    return ArgumentText.oneLine(ArgumentText.text(carrier));
  }
}
