package dev.holdfast.selftest.power;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Runs a workload once on recorded devices; then builds states in which a power cut may have left
 * them, in the order of time, and has each examined.
 */
public final class PowerSweep {
  private static final int TRACE = 40;
  private static final int KEPT = 2;

  /** More bytes than a neighbour's sync alone has between two flushes. */
  private static final int BUSY = 24 << 10;

  private final Rig rig;
  private final Workload workload;
  private final PowerFigures figures = new PowerFigures();
  private final SplittableRandom random;
  private final Watch watch;
  private int kept;

  private PowerSweep(Rig rig, Workload workload, long seed, Watch watch) {
    this.rig = rig;
    this.workload = workload;
    this.random = new SplittableRandom(seed);
    this.watch = watch;
  }

  /**
   * What whoever runs a sweep wants of it meanwhile.
   *
   * @param keepsImages whether the devices of a broken promise are kept, to be looked at
   * @param tried is told of the figures after each state
   */
  public record Watch(boolean keepsImages, Consumer<PowerFigures> tried) {
    /** Nothing. */
    public static final Watch NOTHING = new Watch(false, _ -> {});

    /** The devices of a broken promise. */
    public static final Watch KEEPING = new Watch(true, _ -> {});
  }

  /**
   * How much to try.
   *
   * @param states how many power cuts of the run
   * @param programEach of so many states one is recovered by a process of its own; 0 for none
   * @param deeperEach of so many states one has its recovery recorded and cut; 0 for none
   * @param deeper how many cuts of such a recovery
   * @param firstViolation whether to end with the first violation
   */
  public record Effort(
      int states, int programEach, int deeperEach, int deeper, boolean firstViolation) {
    /** Tries so many states, and nothing else. */
    public static Effort of(int states) {
      return new Effort(states, 0, 0, 0, false);
    }

    /** Tries states until one breaks a promise, at most so many. */
    public static Effort untilViolation(int states) {
      return new Effort(states, 0, 0, 0, true);
    }
  }

  /** Runs and examines; the figures say what came of it. */
  public static PowerFigures run(
      BlockFileSystem kind, Workload workload, Effort effort, long seed, Watch watch)
      throws IOException {
    try (Rig rig = Rig.open(kind, workload.devices())) {
      PowerSweep sweep = new PowerSweep(rig, workload, seed, watch);
      sweep.sweep(effort);
      return sweep.figures;
    }
  }

  private void sweep(Effort effort) throws IOException {
    Map<String, DeviceImage> before = rig.prepare(() -> workload.prepare(rig));
    Recording recording = rig.record(before, workload.hasNeighbour(), () -> workload.run(rig));
    Recording.States states = recording.states();
    int count = 0;
    for (PowerLoss loss : losses(recording.log(), effort.states())) {
      count++;
      Map<String, DeviceImage> left = states.after(loss);
      Promise promise = Promise.of(recording.log().marksBefore(loss.position()));
      boolean byProgram = effort.programEach > 0 && count % effort.programEach == 0;
      boolean kept = examine(left, promise, recording.log(), List.of(loss), byProgram);
      if (kept && effort.deeperEach > 0 && count % effort.deeperEach == 0) {
        deeper(left, promise, loss, effort.deeper);
      }
      if (effort.firstViolation && !figures.violations().isEmpty()) {
        return;
      }
    }
  }

  private void deeper(Map<String, DeviceImage> left, Promise promise, PowerLoss first, int cuts)
      throws IOException {
    boolean[] recovers = new boolean[1];
    Recording recovery =
        rig.record(
            left,
            false,
            () -> {
              recovers[0] = workload.recover(rig);
              rig.mark(Workload.STEP + "recovered");
            });
    if (!recovers[0]) {
      return;
    }
    Recording.States states = recovery.states();
    for (PowerLoss loss : losses(recovery.log(), cuts)) {
      examine(states.after(loss), promise, recovery.log(), List.of(first, loss), false);
    }
  }

  private boolean examine(
      Map<String, DeviceImage> left,
      Promise promise,
      DeviceLog log,
      List<PowerLoss> losses,
      boolean byProgram)
      throws IOException {
    boolean inRecovery = losses.size() > 1;
    try {
      rig.on(
          left,
          () ->
              figures.tried(
                  workload.examine(rig, promise, byProgram), promise, inRecovery, byProgram));
      return true;
    } catch (StillInUseException e) {
      throw e;
    } catch (AssertionError | IOException | RuntimeException e) {
      if (rig.isEnding()) {
        throw new IOException("interrupted", e);
      }
      String message = message(promise, log, losses, e);
      if (e instanceof UnmountableException && losses.getLast().mode() == PowerLoss.Mode.TORN) {
        figures.unmountable(message);
      } else {
        figures.violated(message + keep(left), inRecovery);
      }
      return false;
    } finally {
      watch.tried.accept(figures);
    }
  }

  /** Returns where the devices are now, as the power cut left them. */
  private String keep(Map<String, DeviceImage> left) throws IOException {
    if (!watch.keepsImages || kept >= KEPT) {
      return "";
    }
    kept++;
    Path folder = Files.createTempDirectory("holdfast-violation-");
    for (Map.Entry<String, DeviceImage> device : left.entrySet()) {
      device.getValue().store(folder.resolve(device.getKey()));
    }
    return "the devices, as they were left, are kept in " + folder + System.lineSeparator();
  }

  private String message(
      Promise promise, DeviceLog log, List<PowerLoss> losses, Throwable failure) {
    return "%s on %s, power lost at %s, %s:%n%s%nthe device's log before:%n%s"
        .formatted(
            workload.title(),
            rig.kind(),
            losses,
            promise,
            failure,
            log.trace(losses.getLast().position(), TRACE));
  }

  /**
   * Chooses power cuts, half of them anywhere, half of them about a visible change, as far as such
   * are marked, in the order of time.
   */
  private List<PowerLoss> losses(DeviceLog log, int count) {
    List<Integer> about = positionsAboutSteps(log);
    List<PowerLoss> losses = new ArrayList<>();
    PowerLoss.Mode[] modes = PowerLoss.Mode.values();
    for (int i = 0; i < count; i++) {
      int position =
          i % 2 == 0 || about.isEmpty()
              ? random.nextInt(log.size() + 1)
              : about.get(random.nextInt(about.size()));
      losses.add(new PowerLoss(position, modes[random.nextInt(modes.length)], random.nextInt()));
    }
    losses.sort(Comparator.comparingInt(PowerLoss::position));
    return losses;
  }

  /**
   * Returns the positions between the first marked step of a change and its acknowledgement; if
   * there are no marks, those where the most is written between two flushes.
   */
  private static List<Integer> positionsAboutSteps(DeviceLog log) {
    List<Integer> positions = new ArrayList<>();
    boolean within = false;
    for (int i = 0; i < log.size(); i++) {
      if (log.records().get(i) instanceof LogRecord.Mark(String text)) {
        within = text.startsWith(Workload.STEP);
      }
      if (within) {
        positions.add(i + 1);
      }
    }
    return positions.isEmpty() ? busyPositions(log) : positions;
  }

  private static List<Integer> busyPositions(DeviceLog log) {
    List<Integer> busy = new ArrayList<>();
    int start = 0;
    int written = 0;
    for (int i = 0; i < log.size(); i++) {
      switch (log.records().get(i)) {
        case LogRecord.Write write -> written += write.data().length;
        case LogRecord.Mark _ -> {}
        case LogRecord.Flush _ -> {
          if (written >= BUSY) {
            for (int position = start; position <= i; position++) {
              busy.add(position);
            }
          }
          start = i + 1;
          written = 0;
        }
      }
    }
    return busy;
  }
}
