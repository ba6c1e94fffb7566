package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.linux.LinuxProcesses;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.source.Accounts;
import dev.holdfast.engine.source.LocalAccounts;
import dev.holdfast.engine.source.Sources;
import dev.holdfast.engine.source.TarSource;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.journal.ByteString;
import dev.holdfast.process.Processes;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** What a command works with: one run of the program. */
final class Session {
  private static final ByteString STDIN = ArgumentText.carriedBy("-");

  private final Disk disk;
  private final Printer printer;
  private final Clock clock;
  private final StateDirectories states;
  private final Interruption interruption;
  private final List<ByteString> commandLine;
  private final Optional<ByteString> program;
  private final IntConsumer wrappedExit;

  Session(
      Disk disk,
      Printer printer,
      Clock clock,
      StateDirectories states,
      Interruption interruption,
      List<ByteString> commandLine,
      Optional<ByteString> program,
      IntConsumer wrappedExit) {
    this.disk = disk;
    this.printer = printer;
    this.clock = clock;
    this.states = states;
    this.interruption = interruption;
    this.commandLine = List.copyOf(commandLine);
    this.program = program;
    this.wrappedExit = wrappedExit;
  }

  /** Returns where results go. */
  Printer printer() {
    return printer;
  }

  /** Returns the clock. */
  Clock clock() {
    return clock;
  }

  /** Returns the machine's disk, to be handed to the engine. */
  Disk disk() {
    return disk;
  }

  /** Returns the path that this program was called by, where that is known. */
  Optional<ByteString> program() {
    return program;
  }

  /** Returns where journals live. */
  StateDirectories states() {
    return states;
  }

  /** Returns the path that an argument means. */
  AbsolutePath path(ByteString argument) throws DiskException, UsageException {
    return TypedPaths.resolve(disk, argument);
  }

  /** Returns the paths that arguments mean. */
  List<AbsolutePath> paths(List<ByteString> arguments) throws DiskException, UsageException {
    List<AbsolutePath> paths = new ArrayList<>();
    for (ByteString argument : arguments) {
      paths.add(path(argument));
    }
    return paths;
  }

  /** Opens a journal to look at it; if there is none yet, says so and makes none. */
  Optional<Holdfast> openIfThere(AbsolutePath state) throws IOException {
    if (!Holdfast.isThere(disk, state)) {
      printer.note("there is no journal in " + state + " yet");
      return Optional.empty();
    }
    return Optional.of(Holdfast.openWithoutRecovery(disk, state));
  }

  /**
   * Opens a journal that must be there.
   *
   * @throws RefusedException if it is not
   */
  Holdfast open(AbsolutePath state) throws IOException {
    if (!Holdfast.isThere(disk, state)) {
      throw new RefusedException("there is no journal in " + state + " yet");
    }
    return Holdfast.openWithoutRecovery(disk, state);
  }

  /** Opens a journal, making it if it is not there. */
  Holdfast openOrMake(AbsolutePath state) throws IOException {
    return Holdfast.openWithoutRecovery(disk, state);
  }

  /** Says that {@code holdfast} is to update something: a signal then ends the update cleanly. */
  Holdfast guard(Holdfast holdfast) {
    interruption.guard(holdfast::cancel);
    return holdfast;
  }

  /** Returns the machine's processes. */
  Processes processes() {
    return LinuxProcesses.create();
  }

  /** Says how the wrapped command ended: the program's exit status is the same. */
  void passThrough(int status) {
    wrappedExit.accept(status);
  }

  /** Says that something has begun that {@code cancellation} stops when a signal comes. */
  void guard(Runnable cancellation) {
    interruption.guard(cancellation);
  }

  /** Returns the users and groups that this machine knows. */
  Accounts accounts() {
    return new LocalAccounts(disk);
  }

  /** Opens what {@code target} is to be made equal to: a directory, an archive, stdin. */
  TreeSource source(ByteString argument, AbsolutePath target, List<ByteString> excludes, int strip)
      throws IOException {
    TarSource.Options options;
    try {
      options = Sources.options(disk, target, excludes, strip, clock.instant());
    } catch (IllegalArgumentException e) {
      throw UsageException.saying(e);
    }
    if (!argument.equals(STDIN)) {
      return Sources.open(disk, path(argument), options);
    }
    StandardInput stdin = new StandardInput(System.in);
    interruption.guard(stdin::cancel);
    return TarSource.read(stdin, "stdin", options);
  }

  /** Returns the options of a transaction that the user gave this reason for. */
  Options transaction(String message) {
    List<ByteString> words = new ArrayList<>();
    words.add(ArgumentText.carriedBy("holdfast"));
    words.addAll(commandLine);
    return Options.message(message).withCommand(words);
  }

  /** Begins to show how far the work has come, if anybody would see it. */
  ProgressLine progress() {
    return new ProgressLine(printer, !printer.isJson() && Terminal.STDERR.isTerminal());
  }
}
