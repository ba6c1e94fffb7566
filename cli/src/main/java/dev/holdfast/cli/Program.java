package dev.holdfast.cli;

import dev.holdfast.cli.ExitCode.Purpose;
import dev.holdfast.disk.Disk;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The program from its command line to its exit status, without the process around it. */
final class Program {
  private final Printer printer;
  private final Environment environment;
  private final Supplier<Disk> disk;
  private final Clock clock;
  private final Interruption interruption;
  private boolean wraps;
  private @Nullable Integer wrappedExit;

  /**
   * Creates the program.
   *
   * @param disk asked for the disk if a command needs it
   */
  Program(
      Printer printer,
      Environment environment,
      Supplier<Disk> disk,
      Clock clock,
      Interruption interruption) {
    this.printer = printer;
    this.environment = environment;
    this.disk = disk;
    this.clock = clock;
    this.interruption = interruption;
  }

  /** Runs a command line. All output has been handed over when it returns. */
  ExitCode run(List<ByteString> commandLine) {
    // Known before the options are, so that a wrong command line is told in the right form, too.
    printer.setJson(isJsonWanted(commandLine));
    try {
      return switch (Invocation.parse(commandLine)) {
        case Invocation.Help _ -> print(ProgramHelp.lines());
        case Invocation.Version _ -> print(List.of("holdfast " + version()));
        case Invocation.Call call -> run(call, commandLine);
      };
    } catch (UsageException e) {
      return refuse(e, "holdfast --help");
    }
  }

  /**
   * Returns the process's exit status: that of the wrapped command, if there was one, or what the
   * program came to.
   */
  int status(ExitCode exit) {
    if (!wraps) {
      return exit.number();
    }
    return wrappedExit == null ? ExitCode.OF_WRAPPER : wrappedExit;
  }

  private static boolean isJsonWanted(List<ByteString> commandLine) {
    return commandLine.stream()
        .map(ArgumentText::carrying)
        .takeWhile(word -> !word.equals("--"))
        .anyMatch("--json"::equals);
  }

  private ExitCode run(Invocation.Call call, List<ByteString> commandLine) {
    Command command = call.name().create();
    wraps = command.wraps();
    CommandParser parser = new CommandParser(call.name(), command);
    Session session;
    try {
      if (parser.parse(call.arguments())) {
        wraps = false;
        return print(List.of(parser.help()));
      }
      printer.setJson(command.global().isJson());
      List<ByteString> states = new ArrayList<>(call.states());
      states.addAll(command.stateDirectories());
      session = session(GlobalOptions.only(states), commandLine);
    } catch (UsageException e) {
      return refuse(e, "holdfast " + call.name().words() + " --help");
    }
    boolean verbose = command.global().isVerbose();
    ProgramLog.configure(verbose);
    ExitCode exit;
    try {
      exit = command.run(session);
    } catch (OutputException e) {
      return unwritten(e, command.purpose(), ExitCode.DONE);
    } catch (IOException | RuntimeException | Error e) {
      exit = fail(e, command.purpose(), verbose);
    }
    return flush(command.purpose(), exit);
  }

  private Session session(@Nullable ByteString state, List<ByteString> commandLine) {
    Disk machine = disk.get();
    StateDirectories states = new StateDirectories(machine, environment, state);
    return new Session(
        machine,
        printer,
        clock,
        states,
        interruption,
        commandLine,
        environment.variable("HOLDFAST_PROGRAM"),
        status -> wrappedExit = status);
  }

  private ExitCode print(List<String> lines) {
    try {
      for (String line : lines) {
        printer.line(line);
      }
    } catch (OutputException e) {
      return unwritten(e, Purpose.QUESTION, ExitCode.DONE);
    }
    return flush(Purpose.QUESTION, ExitCode.DONE);
  }

  private ExitCode flush(Purpose purpose, ExitCode exit) {
    try {
      printer.flush();
      return exit;
    } catch (OutputException e) {
      return unwritten(e, purpose, exit);
    }
  }

  /** What an update did does not depend on whether anybody could read of it. */
  private ExitCode unwritten(OutputException failure, Purpose purpose, ExitCode exit) {
    if (failure.isReaderGone()) {
      return exit;
    }
    ExitCode result =
        purpose == Purpose.QUESTION && exit == ExitCode.DONE ? ExitCode.UNANSWERED : exit;
    printer.error(message(failure), List.of(), result);
    return result;
  }

  private ExitCode refuse(UsageException failure, String help) {
    printer.error(message(failure), List.of(), ExitCode.USAGE);
    if (!printer.isJson()) {
      printer.note("try '" + help + "'");
    }
    return ExitCode.USAGE;
  }

  private ExitCode fail(Throwable failure, Purpose purpose, boolean verbose) {
    ExitCode exit = ExitCode.of(failure, purpose);
    String message = message(failure);
    tellSystem(message, purpose, exit);
    if (wraps && !printer.isJson()) {
      message += " (exit " + exit.number() + ")"; // the process's own status is 125
    }
    if (failure instanceof IOException) {
      printer.error(message, unnamedPaths(failure, message), exit);
    } else {
      printer.error(
          "a fault in the program: %s (-v shows where); 'holdfast recover --check' says whether"
                  .formatted(failure)
              + " anything is pending",
          List.of(),
          exit);
    }
    if (verbose) {
      printer.trace(failure);
    }
    return exit;
  }

  /** What was refused is not in the journal: nothing happened. The machine's log has it. */
  private static void tellSystem(String message, Purpose purpose, ExitCode exit) {
    if (purpose == Purpose.UPDATE && exit != ExitCode.USAGE) {
      SystemLog.write(SystemLog.Severity.WARNING, message);
    }
  }

  private static List<String> unnamedPaths(Throwable failure, String message) {
    return failure instanceof ConflictException conflict
        ? conflict.paths().stream().filter(path -> !message.contains(path)).toList()
        : List.of();
  }

  private static String message(Throwable failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.toString());
  }

  /** Returns the version of the jar that this class came from. */
  static String version() {
    return Objects.requireNonNullElse(
        Program.class.getPackage().getImplementationVersion(), "(unpackaged)");
  }
}
