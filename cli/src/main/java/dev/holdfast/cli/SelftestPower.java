package dev.holdfast.cli;

import dev.holdfast.selftest.power.BlockFileSystem;
import dev.holdfast.selftest.power.HoldfastWorkload;
import dev.holdfast.selftest.power.PowerFigures;
import dev.holdfast.selftest.power.PowerScenario;
import dev.holdfast.selftest.power.PowerScenarios;
import dev.holdfast.selftest.power.PowerSweep;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/** The process of {@code selftest --power-loss}. Ends with its standard input. */
final class SelftestPower {
  private static final int BY_PROGRAM_EACH = 12;
  private static final int DEEPER_EACH = 6;
  private static final int DEEPER = 2;

  private final Printer printer;
  private final BlockFileSystem kind;
  private final int states;
  private final long seed;
  private final String place;
  private final PowerFigures figures = new PowerFigures();

  private SelftestPower(
      Printer printer, BlockFileSystem kind, int states, long seed, String place) {
    this.printer = printer;
    this.kind = kind;
    this.states = states;
    this.seed = seed;
    this.place = place;
  }

  /** The kind of file system, the number of states, the seed, whether JSON is wanted, DIR. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    Printer printer =
        new Printer(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Terminal.STDOUT::hasReader);
    printer.setJson(Boolean.parseBoolean(args[3]));
    Thread.ofPlatform().daemon().start(SelftestPower::endWithParent);
    AtomicBoolean isEnding = new AtomicBoolean();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> isEnding.set(true)));
    ExitCode exit;
    try {
      exit =
          new SelftestPower(
                  printer,
                  BlockFileSystem.named(args[0]),
                  Integer.parseInt(args[1]),
                  Long.parseLong(args[2]),
                  args[4])
              .run();
      printer.flush();
    } catch (IOException | RuntimeException e) {
      exit = ExitCode.UNANSWERED;
      if (!isEnding.get()) { // a signal takes the devices away, and nobody wonders
        printer.error(String.valueOf(e.getMessage()), List.of(), exit);
      }
    }
    System.exit(exit.number());
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // whoever started it is still there
      }
    } catch (IOException _) {
      // As at the end.
    }
    System.exit(ExitCode.UNANSWERED.number());
  }

  private ExitCode run() throws IOException {
    printer.note("seed %d; power is cut on images of %s, as in %s".formatted(seed, kind, place));
    List<PowerScenario> scenarios = PowerScenarios.all();
    int each = Math.ceilDiv(states, scenarios.size());
    int all = scenarios.size() * (each + each / DEEPER_EACH * DEEPER);
    try (ProgressLine progress =
        new ProgressLine(printer, !printer.isJson() && Terminal.STDERR.isTerminal())) {
      for (PowerScenario scenario : scenarios) {
        if (figures.violations().isEmpty()) {
          figures.add(
              PowerSweep.run(
                  kind,
                  new HoldfastWorkload(scenario),
                  new PowerSweep.Effort(each, BY_PROGRAM_EACH, DEEPER_EACH, DEEPER, true),
                  seed,
                  new PowerSweep.Watch(true, now -> show(progress, now, all))));
        }
      }
    }
    return print();
  }

  private void show(ProgressLine progress, PowerFigures now, int all) {
    progress.show(
        figures.states() + now.states(),
        all,
        "%d in the critical window".formatted(figures.inWindow() + now.inWindow()));
  }

  private ExitCode print() throws IOException {
    List<String> violations = figures.violations();
    ExitCode exit = violations.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    if (printer.isJson()) {
      printJson(exit);
      return exit;
    }
    for (String violation : violations) {
      printer.line("VIOLATION");
      for (String line : violation.lines().toList()) {
        printer.line("  " + ArgumentText.oneLine(line));
      }
    }
    printer.line(
        "%d power cuts, %d of them while recovery ran: %d in the critical window, where the trees"
                .formatted(figures.states(), figures.inRecovery(), figures.inWindow())
            + " were a mixture");
    printer.line(
        "after recovery %d times the update was there, %d times it was not; %d times recovery was a"
                .formatted(figures.forward(), figures.back(), figures.byProgram())
            + " process of its own");
    if (!figures.unmountable().isEmpty()) {
      printer.line(
          "%d more left a file system, torn in the middle of its own blocks, that cannot be mounted"
              .formatted(figures.unmountable().size()));
    }
    printer.line(
        "%s; images of %s; seed %d"
            .formatted(
                violations.isEmpty() ? "no violation" : violations.size() + " violations",
                kind,
                seed));
    return exit;
  }

  private void printJson(ExitCode exit) throws IOException {
    printer.object(json -> {
      json.writeStringField("path", place);
      json.writeStringField("file_system", kind.toString());
      json.writeBooleanField("power_loss", true);
      json.writeNumberField("seed", seed);
      json.writeNumberField("crashes", figures.states());
      json.writeNumberField("in_window", figures.inWindow());
      json.writeNumberField("completed", figures.forward());
      json.writeNumberField("taken_back", figures.back());
      json.writeNumberField("in_recovery", figures.inRecovery());
      json.writeNumberField("recoveries_by_process", figures.byProgram());
      json.writeNumberField("unmountable", figures.unmountable().size());
      new TransactionJson(json).strings("violations", figures.violations());
      json.writeNumberField("exit", exit.number());
    });
  }
}
