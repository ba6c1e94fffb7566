package dev.holdfast.selftest;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.journal.ByteString;
import java.util.List;

/** Runs the program's command lines, here or in processes of their own. */
public interface ProgramRunner {

  /**
   * How a run ended.
   *
   * @param exit the exit status
   * @param output what it printed, on both streams
   */
  record Ended(int exit, String output) {}

  /** Runs a command line in this process, on {@code disk}. */
  Ended run(Disk disk, List<ByteString> words);

  /**
   * Returns the command of a process that runs the program behind a {@link StepGate} with this
   * argument. It reads the words from its standard input, each with a NUL after it, and one more
   * NUL; it ends with that pipe. The gate's lines, and after {@code ended} all that the program
   * printed, are its standard output.
   *
   * @param scratch where it may keep what makes the next one start faster
   */
  List<String> command(String stop, AbsolutePath scratch);
}
