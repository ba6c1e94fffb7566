package dev.holdfast.selftest;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.selftest.tree.Feature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * Kills real updates on a directory's own file system at their steps, recovers, and compares. All
 * of it happens in a folder of its own, which is removed at the end, unless a promise was broken.
 *
 * <p>A process of the real program does the update; at the chosen step, before the call or in the
 * middle of a write, it is killed by SIGKILL. The old trees must be there after recovery up to the
 * commit point, and the new ones after it: contents, types, modes, owners, times, extended
 * attributes, links, and every directory that stays the same one. The journal must agree, nothing
 * may be left over, another recovery must find nothing, and the next update must go through.
 */
public final class SelfTest {
  private static final int VIOLATIONS = 1;
  private static final int LANES = 8;

  private final Disk disk;
  private final ProgramRunner program;
  private final ScratchFolder scratch;
  private final Figures figures = new Figures();
  private final Set<Child> children = ConcurrentHashMap.newKeySet();
  private final AtomicInteger scenes = new AtomicInteger();
  private volatile boolean cancelled;

  /** Prepares a test in {@code directory}: makes its folder there. */
  public SelfTest(Disk disk, ProgramRunner program, AbsolutePath directory) throws IOException {
    this.disk = disk;
    this.program = program;
    this.scratch = ScratchFolder.make(disk, directory);
  }

  /** Chooses the crashes to be tried. */
  private interface Choice {
    List<Crash> of(List<Reference> references);
  }

  /**
   * Reads a crash as it is written for users.
   *
   * @throws IllegalArgumentException if there is none such
   */
  public static Crash crash(String text) {
    Crash crash = Crash.parse(text);
    Update.named(crash.update());
    return crash;
  }

  /** Returns where it all happens. */
  public AbsolutePath folder() {
    return scratch.path();
  }

  /** Returns what has been tried so far. */
  public Figures figures() {
    return figures;
  }

  /** Returns what trees cannot have there, so that it was left out. */
  public Set<Feature> missing() throws IOException {
    Set<Feature> missing = EnumSet.allOf(Feature.class);
    missing.removeAll(Feature.offered(disk, scratch.path()));
    return missing;
  }

  /** Stops as soon as may be: what is running is killed, and the folder removed. */
  public void cancel() {
    cancelled = true;
    children.forEach(Child::kill);
  }

  /** Returns whether it was stopped. */
  public boolean isCancelled() {
    return cancelled;
  }

  /**
   * Kills every step.
   *
   * @param watcher is told how many crashes have been tried, of how many
   */
  public void runAll(long seed, BiConsumer<Integer, Integer> watcher) throws IOException {
    run(references -> new CrashPlan(references, seed).all(), watcher);
  }

  /** Kills so many steps. */
  public void runSome(long seed, int crashes, BiConsumer<Integer, Integer> watcher)
      throws IOException {
    run(references -> new CrashPlan(references, seed).some(crashes), watcher);
  }

  /** Tries one crash again. */
  public void runOne(Crash crash) throws IOException {
    run(_ -> List.of(crash), (_, _) -> {});
  }

  private void run(Choice choice, BiConsumer<Integer, Integer> watcher) throws IOException {
    boolean ended = false;
    try {
      AbsolutePath sources = scratch.folder("sources");
      Set<Feature> features = Feature.offered(disk, scratch.path());
      Update.makeSources(new Scene(disk, program, sources, sources, features));
      Map<Update, Reference> references = new EnumMap<>(Update.class);
      for (Update update : Update.values()) {
        Scene scene = new Scene(disk, program, scratch.folder("u-" + update), sources, features);
        references.put(update, Reference.of(update, scene));
        scratch.remove(scene.folder());
      }
      List<Crash> crashes = choice.of(List.copyOf(references.values()));
      inLanes(crashes, references, sources, features, watcher);
      ended = true;
    } catch (IOException e) {
      if (!cancelled) {
        throw e;
      }
    } finally {
      if (!ended || figures.violations().isEmpty()) {
        scratch.remove();
      }
    }
  }

  private void inLanes(
      List<Crash> crashes,
      Map<Update, Reference> references,
      AbsolutePath sources,
      Set<Feature> features,
      BiConsumer<Integer, Integer> watcher)
      throws IOException {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    int lanes = Math.min(LANES, Runtime.getRuntime().availableProcessors());
    try (ExecutorService executor = Executors.newFixedThreadPool(lanes)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < lanes; i++) {
        running.add(
            executor.submit(() -> {
              for (int n = next.getAndIncrement();
                  n < crashes.size() && isToGoOn();
                  n = next.getAndIncrement()) {
                Crash crash = crashes.get(n);
                Reference reference = references.get(Update.named(crash.update()));
                if (reference != null) {
                  tryOut(crash, reference, sources, features);
                }
                watcher.accept(done.incrementAndGet(), crashes.size());
              }
              return null;
            }));
      }
      for (Future<?> lane : running) {
        await(lane, next, crashes.size());
      }
    }
  }

  private static void await(Future<?> lane, AtomicInteger next, int end) throws IOException {
    try {
      lane.get();
    } catch (ExecutionException e) {
      next.set(end);
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      next.set(end);
      throw (IOException) new java.io.InterruptedIOException("interrupted").initCause(e);
    }
  }

  private boolean isToGoOn() {
    return !cancelled && figures.violations().size() < VIOLATIONS;
  }

  private void tryOut(Crash crash, Reference reference, AbsolutePath sources, Set<Feature> features)
      throws IOException {
    AbsolutePath folder = scratch.folder(Integer.toString(scenes.incrementAndGet()));
    Scene scene = new Scene(disk, program, folder, sources, features);
    List<Child> mine = new ArrayList<>();
    Examination examination =
        new Examination(
            scene,
            reference,
            crash,
            child -> {
              mine.add(child);
              children.add(child);
              if (cancelled) {
                child.kill();
              }
            });
    try {
      figures.tried(crash, examination.run());
      scratch.remove(folder);
    } catch (AssertionError e) {
      if (!cancelled) {
        figures.violated(
            new Figures.Violation(
                crash, examination.killedAt(), String.valueOf(e.getMessage()), folder.toString()));
      }
    } catch (IOException | RuntimeException e) {
      if (!cancelled) {
        throw e;
      }
    } finally {
      mine.forEach(children::remove);
    }
  }
}
