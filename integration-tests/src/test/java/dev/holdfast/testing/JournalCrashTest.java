package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.h2.H2Journal;
import dev.holdfast.testing.Fault.Damage;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole journal, creation, rotation and all, on a disk that loses power at every step. */
final class JournalCrashTest {
  private static final int RUNS = Integer.getInteger("holdfast.journal.runs", 1);
  private static final int MOMENTS = 12;

  private static SimulatedDisk machine(CrashModel model) {
    return SimulatedDisk.builder().mount("/var").model(model).build();
  }

  /** The three crash models. */
  enum Model {
    STRICT,
    JOURNALED,
    UNJOURNALED;

    CrashModel model() {
      return switch (this) {
        case STRICT -> CrashModel.STRICT;
        case JOURNALED -> CrashModel.JOURNALED;
        case UNJOURNALED -> CrashModel.UNJOURNALED;
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Model.class)
  void noCrashLosesWhatWasForcedOrLeavesHalfARecord(Model model) throws Exception {
    int states = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      JournalRun run = new JournalRun(seed);
      CrashSweep sweep =
          CrashSweep.recoveringBy(
                  JournalRun::recover, (disk, crash) -> run.check(disk, crash.notes()))
              .crashingRecovery(1);
      sweep.over(machine(model.model()), disk -> run.live(disk, disk, MOMENTS));
      states += sweep.states();
    }
    assertThat(states).isGreaterThan(RUNS * 1000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterABarrierThatFailedOnlyWhatTheDeviceHasIsBelieved(boolean killed) throws Exception {
    int faults = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      for (int barrier = 1; barrier <= 30; barrier++) {
        for (Damage damage : List.of(Damage.NONE, Damage.LOST_PAGES, Damage.SOME_PAGES)) {
          faults += failBarrier(seed, barrier, damage, killed, Set.of()) ? 1 : 0;
        }
      }
    }
    assertThat(faults).isGreaterThan(RUNS * 30);
  }

  /** Fails one barrier, goes on as a program would, cuts the power and checks. */
  private static boolean failBarrier(
      int seed, int barrier, Damage damage, boolean killed, Set<String> left) throws IOException {
    SimulatedDisk disk = machine(CrashModel.JOURNALED);
    disk.plan(FaultPlan.atBarrier(barrier, new Fault(DiskError.IO, damage, seed)));
    History history = disk.record();
    JournalRun run = new JournalRun(seed);
    boolean failed = false;
    try {
      run.live(disk, without(left, disk), MOMENTS);
    } catch (IOException e) {
      failed = true;
    }
    SimulatedDisk next = killed ? disk.kill() : disk;
    try {
      JournalRun.recover(without(left, next));
    } catch (JournalException e) {
      assertThat(failed).as("the fault comes once").isFalse();
      failed = true;
      JournalRun.recover(without(left, next));
    }
    CrashPlan end = CrashPlan.kill(history.steps() + 1);
    for (PowerCut cut : PowerCut.variety(seed, 1)) {
      SimulatedDisk after = next.fork().powerCut(cut);
      JournalRun.recover(after);
      run.check(after, history.notesBefore(end));
    }
    return failed;
  }

  @ParameterizedTest
  @EnumSource(
      value = DiskError.class,
      names = {"IO", "NO_SPACE"})
  void afterAnyCallFailedTheJournalIsReadableAndGoesOn(DiskError error) throws Exception {
    int faults = 0;
    for (int step = 1; step <= 90; step++) {
      SimulatedDisk disk = machine(CrashModel.JOURNALED);
      History history = disk.record();
      disk.plan(FaultPlan.atStep(step, new Fault(error, Damage.PARTIAL, step)));
      JournalRun run = new JournalRun(step % 5);
      try {
        run.live(disk, disk, MOMENTS);
      } catch (IOException e) {
        faults++;
      }
      List<Object> notes = history.notesBefore(CrashPlan.kill(history.steps() + 1));
      try {
        run.check(disk.newProcess(), notes);
        JournalRun.recover(disk.newProcess());
        run.check(disk.newProcess(), notes);
      } catch (AssertionError | IOException e) {
        throw new AssertionError(history.trace(CrashPlan.kill(history.steps() + 1)), e);
      }
    }
    assertThat(faults).isGreaterThan(60);
  }

  @Test
  void aJournalThatIsNotSyncedIntoItsDirectoryIsMissed() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> {
          JournalRun run = new JournalRun(0);
          CrashSweep.recoveringBy(
                  JournalRun::recover, (disk, crash) -> run.check(disk, crash.notes()))
              .over(
                  machine(CrashModel.STRICT),
                  disk -> run.live(disk, without(Set.of("Directory.sync"), disk), MOMENTS));
        });
  }

  @Test
  void aWriterThatBelievesTheCacheIsCaught() {
    assertThatThrownBy(() -> {
      for (int barrier = 1; barrier <= 30; barrier++) {
        failBarrier(
            0,
            barrier,
            Damage.LOST_PAGES,
            true,
            Set.of("DiskFile.dropCache", "DiskFile.dropCacheFrom"));
      }
    });
  }

  @Test
  void aBarrierThatWasNotToldOfALossDoesNotCoverIt() throws Exception {
    assertThatExceptionOfType(JournalException.class)
        .isThrownBy(() -> forceAfterALossToldToAnother(Set.of()))
        .matches(e -> e.reason() == JournalException.Reason.FAILED);
    assertThat(forceAfterALossToldToAnother(Set.of("DiskFile.awaitWriteback")))
        .as("what a journal that asks its file nothing would call durable")
        .isZero();
  }

  /**
   * Loses a record in the cache, has another process's barrier told of it, and forces by a barrier
   * that was opened afterwards. Returns how many transactions are left after a power cut.
   */
  private static long forceAfterALossToldToAnother(Set<String> left) throws IOException {
    SimulatedDisk disk = machine(CrashModel.STRICT);
    try (H2Journal journal = JournalRun.open(without(left, disk), 1);
        Directory place = disk.openDirectory(JournalRun.STATE)) {
      try (JournalWriter writer = journal.write()) {
        writer.force();
      }
      try (FileSystemSync another = place.openSync()) {
        try (JournalWriter writer = journal.write()) {
          new JournalRun(1).step(writer);
        }
        disk.loseDirtyPages("/var");
        assertThatExceptionOfType(DiskException.class).isThrownBy(another::sync);
      }
      try (FileSystemSync barrier = place.openSync();
          JournalWriter writer = journal.write()) {
        new JournalRun(2).step(writer);
        writer.force(barrier, place);
      }
    }
    try (H2Journal journal = JournalRun.open(disk.powerCut(PowerCut.variety(0, 1).getFirst()), 2);
        JournalView view = journal.read()) {
      return view.lastSequence();
    }
  }

  /** Returns a disk on which some calls do nothing: a mutant of whoever uses it. */
  private static Disk without(Set<String> calls, Disk disk) {
    return calls.isEmpty() ? disk : (Disk) mutant(Disk.class, disk, calls);
  }

  private static Object mutant(Class<?> type, Object target, Set<String> calls) {
    return Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, new Mutant(type, target, calls));
  }

  private record Mutant(Class<?> type, Object target, Set<String> calls)
      implements InvocationHandler {
    @Override
    public @Nullable Object invoke(
        Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      if (calls.contains(type.getSimpleName() + "." + method.getName())) {
        return null;
      }
      @Nullable Object[] plain = arguments == null ? new Object[0] : arguments.clone();
      for (int i = 0; i < plain.length; i++) {
        if (plain[i] instanceof Proxy
            && Proxy.getInvocationHandler(plain[i]) instanceof Mutant(_, var original, _)) {
          plain[i] = original;
        }
      }
      try {
        Object result = method.invoke(target, plain);
        Class<?> handle = method.getReturnType();
        return result != null && Set.of(Directory.class, DiskFile.class).contains(handle)
            ? mutant(handle, result, calls)
            : result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }
}
