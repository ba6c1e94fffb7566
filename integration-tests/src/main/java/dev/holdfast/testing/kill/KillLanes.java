package dev.holdfast.testing.kill;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.io.FileUtils;

/** Rigs for several scenarios, in several lanes that work at once; each lane has one of each. */
public final class KillLanes implements AutoCloseable {
  private static final int MOST_VIOLATIONS = 20;
  private static final int REPORT = 50;

  private final Path folder;
  private final List<Map<String, KillRig>> lanes = new ArrayList<>();
  private final KillFigures figures = new KillFigures();

  private KillLanes(Path folder) {
    this.folder = folder;
  }

  /** Something to try on a scenario's rig. */
  interface Trial {
    /** Tries it; throws an AssertionError if it comes out wrong. */
    void on(KillRig rig) throws IOException;
  }

  /**
   * A trial and where it belongs.
   *
   * @param call the number of the call of the command that it is about
   */
  record Task(KillScenario scenario, int call, Trial trial) {}

  /** Prepares the program and all rigs on file systems of this type. */
  static KillLanes make(List<KillScenario> scenarios, String type, int lanes) throws IOException {
    KillLanes made = new KillLanes(Files.createTempDirectory("holdfast-kill"));
    try {
      RealProgram program = RealProgram.prepare(made.folder.resolve("program"));
      made.makeRigs(scenarios, type, lanes, program);
      return made;
    } catch (IOException | RuntimeException | Error e) {
      made.close();
      throw e;
    }
  }

  private void makeRigs(List<KillScenario> scenarios, String type, int count, RealProgram program)
      throws IOException {
    for (int lane = 0; lane < count; lane++) {
      lanes.add(new LinkedHashMap<>());
    }
    inParallel(lane -> {
      for (KillScenario scenario : scenarios) {
        Path place = folder.resolve("lane-" + lane).resolve(scenario.name());
        lanes.get(lane).put(scenario.name(), KillRig.make(scenario, place, type, program, figures));
      }
    });
  }

  /** Returns the calls of a scenario's command. */
  List<SystemCall> calls(KillScenario scenario) {
    return rig(0, scenario).calls();
  }

  /** Returns the number of the first call of a scenario's command after the commit point. */
  int firstChange(KillScenario scenario) {
    return rig(0, scenario).firstChange();
  }

  private KillRig rig(int lane, KillScenario scenario) {
    KillRig rig = lanes.get(lane).get(scenario.name());
    if (rig == null) {
      throw new IllegalArgumentException("no rig for " + scenario);
    }
    return rig;
  }

  /** Returns what was tried so far. */
  public KillFigures figures() {
    return figures;
  }

  /**
   * Tries one after the other until the time is over.
   *
   * @param out where violations and figures go as they come
   * @return what came out wrong, at most a few
   */
  List<String> run(List<Task> tasks, Duration time, PrintStream out) throws IOException {
    Queue<Task> queue = new ConcurrentLinkedQueue<>(tasks);
    Queue<String> violations = new ConcurrentLinkedQueue<>();
    Instant end = Instant.now().plus(time);
    inParallel(lane -> {
      Task task;
      while (Instant.now().isBefore(end)
          && violations.size() < MOST_VIOLATIONS
          && (task = queue.poll()) != null) {
        try {
          task.trial().on(rig(lane, task.scenario()));
        } catch (AssertionError e) {
          violations.add(String.valueOf(e.getMessage()));
          out.println("VIOLATION: " + e.getMessage());
        }
        int left = queue.size();
        if (left > 0 && left % REPORT == 0) {
          out.println(left + " trials left; " + figures);
        }
      }
    });
    return List.copyOf(violations);
  }

  private interface Work {
    void inLane(int lane) throws IOException;
  }

  private void inParallel(Work work) throws IOException {
    try (ExecutorService threads = Executors.newFixedThreadPool(lanes.size())) {
      List<Future<?>> running = new ArrayList<>();
      for (int lane = 0; lane < lanes.size(); lane++) {
        int number = lane;
        running.add(
            threads.submit(() -> {
              work.inLane(number);
              return null;
            }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    for (Map<String, KillRig> rigs : lanes) {
      for (KillRig rig : rigs.values()) {
        rig.close();
      }
    }
    FileUtils.deleteDirectory(folder.toFile());
  }
}
