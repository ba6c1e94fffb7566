package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.selftest.power.BlockFileSystem;
import dev.holdfast.selftest.power.Rig;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code selftest --power-loss}: starts {@link SelftestPower} in a process with more memory, and in
 * a mount namespace of its own, in which nobody else can keep the images mounted.
 */
final class SelftestPowerRun {
  private static final String MEMORY = "-Xmx1500m";

  private final Session session;
  private final AbsolutePath place;
  private final String fileSystem;

  SelftestPowerRun(Session session, AbsolutePath place, String fileSystem) {
    this.session = session;
    this.place = place;
    this.fileSystem = fileSystem;
  }

  ExitCode run(int states, long seed) throws IOException {
    BlockFileSystem kind = kind();
    Optional<String> missing = Rig.missing(kind);
    if (missing.isPresent()) {
      throw new RefusedException("power cannot be cut here: " + missing.get());
    }
    List<String> command = new ArrayList<>(List.of("unshare", "--mount"));
    command.addAll(ChildProgram.javaCommand());
    command.set(command.indexOf(ChildProgram.MEMORY), MEMORY);
    command.add("-XX:-UsePerfData");
    command.add(SelftestPower.class.getName());
    command.addAll(
        List.of(
            kind.toString(),
            Integer.toString(states),
            Long.toString(seed),
            Boolean.toString(session.printer().isJson()),
            place.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
    Process process = builder.start(); // its stdin stays open: it ends with us
    session.guard(process::destroy);
    int exit = ChildProgram.await(process);
    if (exit == ExitCode.DONE.number()) {
      return ExitCode.DONE;
    }
    return exit == ExitCode.UNANSWERED.number() ? ExitCode.UNANSWERED : ExitCode.FAILED;
  }

  private BlockFileSystem kind() throws RefusedException {
    return switch (fileSystem) {
      case "ext4" -> BlockFileSystem.EXT4;
      case "xfs" -> BlockFileSystem.XFS;
      case "btrfs" -> BlockFileSystem.BTRFS;
      default ->
          throw new RefusedException(
              "--power-loss knows ext4, xfs and btrfs, and "
                  + place
                  + " is on "
                  + fileSystem
                  + "; without it updates are killed");
    };
  }
}
