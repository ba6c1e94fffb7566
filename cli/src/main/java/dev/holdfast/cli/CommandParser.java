package dev.holdfast.cli;

import dev.holdfast.journal.ByteString;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Sets a command's options from its arguments. The only class that drives picocli. */
final class CommandParser {
  private static final int HELP_WIDTH = 100;

  private final CommandLine line;

  /** Creates the parser that sets {@code command}'s options. */
  CommandParser(CommandName name, Command command) {
    line = new CommandLine(command);
    line.setCommandName("holdfast " + name.words());
    line.setExpandAtFiles(false); // an argument @x is just that
    line.setUsageHelpWidth(HELP_WIDTH);
    line.getCommandSpec()
        .usageMessage()
        .abbreviateSynopsis(true)
        .synopsisHeading("%nUsage: ")
        .descriptionHeading("%n")
        .parameterListHeading("%n")
        .optionListHeading("%n");
    register(ByteString.class, ArgumentText::carriedBy);
    register(String.class, ArgumentText::text);
    register(TransactionReference.class, TransactionReference::parse);
    register(Retention.class, Retention::parse);
  }

  private <T> void register(Class<T> type, Function<String, T> parser) {
    line.registerConverter(
        type,
        carrier -> {
          try {
            return parser.apply(carrier);
          } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
          }
        });
  }

  /**
   * Sets the options.
   *
   * @return whether the help is wanted instead
   */
  boolean parse(List<String> arguments) throws UsageException {
    try {
      return line.parseArgs(arguments.toArray(String[]::new)).isUsageHelpRequested();
    } catch (ParameterException e) {
      throw new UsageException(ArgumentText.text(String.valueOf(e.getMessage())));
    }
  }

  /** Returns what the command takes, for the manual and the shells' completion. */
  CommandSpec spec() {
    return line.getCommandSpec();
  }

  /** Returns the command's help. */
  String help() {
    return line.getUsageMessage(Ansi.OFF).stripTrailing();
  }
}
