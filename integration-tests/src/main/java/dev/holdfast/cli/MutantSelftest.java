package dev.holdfast.cli;

import dev.holdfast.disk.Disk;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.ByteString;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * {@code selftest} of a program with a mistake in it, which the variable {@code MISTAKE} names; the
 * arguments are those of the command.
 */
public final class MutantSelftest {
  private MutantSelftest() {}

  /** Runs the command. Its processes have the mistake, this one has none. */
  public static void main(String[] args) throws IOException {
    Printer printer =
        new Printer(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Terminal.STDOUT::hasReader);
    SelftestCommand command = new SelftestCommand(MutantSelftestChild.class);
    List<ByteString> words = Environment.arguments(args);
    new CommandParser(CommandName.SELFTEST, command)
        .parse(words.stream().map(ArgumentText::carrying).toList());
    Disk disk = LinuxDisk.create();
    Session session =
        new Session(
            disk,
            printer,
            Clock.systemUTC(),
            new StateDirectories(disk, Environment.ofProcess(), null),
            new Interruption(),
            words,
            Optional.empty(),
            _ -> {});
    ExitCode exit = command.run(session);
    printer.flush();
    System.exit(exit.number());
  }
}
