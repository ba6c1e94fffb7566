package dev.holdfast.cli;

import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.testing.proof.ProgramMutants;
import java.io.IOException;

/** A process that a {@link MutantSelftest} kills: the program with a mistake in it. */
public final class MutantSelftestChild {
  private MutantSelftestChild() {}

  /** Runs the program behind a gate with this argument. */
  public static void main(String[] args) throws IOException {
    String mistake = System.getenv("MISTAKE");
    if (mistake == null) {
      throw new IllegalArgumentException("MISTAKE is not set");
    }
    SelftestChild.run(args[0], ProgramMutants.valueOf(mistake).on(LinuxDisk.create()));
  }
}
