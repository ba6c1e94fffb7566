package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** {@code install-boot}: recovery before services. */
@picocli.CommandLine.Command(
    header =
        "Installs recovery before services, and the gate, for what starts this machine's services.",
    description =
        "Installs holdfast-gate in /usr/local/bin, and in /usr/local/lib/holdfast what the boot calls"
            + " and wrappers for services.",
    footer = {"", "Example:", "  holdfast install-boot --systemd"})
final class InstallBootCommand extends AbstractCommand {
  private static final String USUAL_PROGRAM = "/usr/local/bin/holdfast";

  /** One of them. */
  private static final class Choice {
    @Option(names = "--systemd", description = "a unit before sysinit.target")
    private boolean systemd;

    @Option(names = "--runit", description = "a script for stage 1")
    private boolean runit;

    @Option(names = "--s6", description = "a oneshot for s6-rc")
    private boolean s6;

    @Option(names = "--openrc", description = "a script in the runlevel boot")
    private boolean openrc;

    @SuppressWarnings("UnusedVariable") // what is left if it is none of the others
    @Option(names = "--sysv", description = "a script in rcS.d")
    private boolean sysv;

    private BootSystem system() {
      return systemd
          ? BootSystem.SYSTEMD
          : runit
              ? BootSystem.RUNIT
              : s6 ? BootSystem.S6 : openrc ? BootSystem.OPENRC : BootSystem.SYSV;
    }
  }

  @ArgGroup private @Nullable Choice choice;

  @Option(
      names = "--destdir",
      paramLabel = "DIR",
      description = "write below DIR, which is / of another system")
  private @Nullable ByteString destination;

  @Option(
      names = "--strict",
      description = "stop the boot for a person where recovery is impossible")
  private boolean strict;

  @Option(names = "--remove", description = "remove what was installed")
  private boolean remove;

  @Option(
      names = "--program",
      paramLabel = "PATH",
      description =
          "where the program is (default: where this one was called, or " + USUAL_PROGRAM + ")")
  private @Nullable ByteString program;

  @Override
  public ExitCode run(Session session) throws IOException {
    AbsolutePath below = destination == null ? AbsolutePath.ROOT : session.path(destination);
    BootSystem system = choice == null ? found(session, below) : choice.system();
    BootFiles files = new BootFiles(session.disk(), below, values(session, system));
    List<BootSystem.Installed> all = new ArrayList<>(BootSystem.common());
    all.addAll(system.files(strict));
    if (remove) {
      all.addAll(system.others(strict));
      for (AbsolutePath path : files.remove(all)) {
        session.printer().line("removed " + path);
      }
      return ExitCode.DONE;
    }
    files.remove(system.others(strict));
    for (AbsolutePath path : files.write(all)) {
      session.printer().line("installed " + path);
    }
    session.printer().note(system.advice());
    return ExitCode.DONE;
  }

  private static BootSystem found(Session session, AbsolutePath below) throws IOException {
    for (BootSystem system : BootSystem.values()) {
      try {
        session.disk().realPath(below.resolve(AbsolutePath.of(system.sign()).belowRoot()));
        return system;
      } catch (DiskException _) {
        // Not this one.
      }
    }
    throw new UsageException(
        "what starts the services here? name it: --systemd, --runit, --s6, --openrc or --sysv");
  }

  private Map<String, String> values(Session session, BootSystem system) throws IOException {
    String state = ArgumentText.carrying(ByteString.of(session.states().standard().bytes()));
    ByteString here = session.program().orElse(ArgumentText.carriedBy(USUAL_PROGRAM));
    String path =
        ArgumentText.carrying(
            ByteString.of(session.path(program == null ? here : program).bytes()));
    Map<String, String> values = new LinkedHashMap<>();
    values.put(
        "hg_program=${HOLDFAST_PROGRAM-}",
        "hg_program=${HOLDFAST_PROGRAM-" + BootFiles.shellWord(path) + "}");
    values.put("hb_state=/var/lib/holdfast", "hb_state=" + BootFiles.shellWord(state));
    values.put("hb_program=/usr/local/bin/holdfast", "hb_program=" + BootFiles.shellWord(path));
    values.put("@STATE@", BootFiles.unitWord(state));
    values.put("@GATE@", BootFiles.GATE);
    boolean waits = strict && system != BootSystem.SYSTEMD; // a unit fails, and systemd stops
    values.put("@BOOT@", waits ? BootFiles.BOOT + " --strict" : BootFiles.BOOT);
    values.put(
        "@ON_FAILURE@\n",
        strict ? "OnFailure=emergency.target\nOnFailureJobMode=replace-irreversibly\n\n" : "\n");
    values.put("@WANTED_BY@", strict ? "RequiredBy" : "WantedBy");
    return values;
  }
}
