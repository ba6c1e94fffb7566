package dev.holdfast.testing;

import java.util.SplittableRandom;
import java.util.function.LongPredicate;

/** Does the damage that a failing barrier does. */
final class Barriers {
  private Barriers() {}

  /** Fails the write-back of one file. */
  static void fail(Machine machine, int volume, long file, Fault fault) {
    if (lose(machine, volume, id -> id == file, fault)) {
      machine.errorsOf(volume, file).add();
      machine.errorsOf(volume).add();
    }
  }

  /** Fails the write-back of a whole file system, or of a directory, which is metadata. */
  static void failAll(Machine machine, int volume, Fault fault) {
    Volume before = machine.volume(volume);
    if (lose(machine, volume, _ -> true, fault)) {
      before.dirtyFiles().forEach(file -> machine.errorsOf(volume, file).add());
      machine.errorsOf(volume).add();
    }
  }

  private static boolean lose(Machine machine, int volume, LongPredicate files, Fault fault) {
    Volume before = machine.volume(volume);
    SplittableRandom random = new SplittableRandom(fault.seed());
    switch (fault.damage()) {
      case NONE, PARTIAL -> {
        return false;
      }
      case LOST_PAGES -> machine.change(volume, before.afterLostPages(files, _ -> false));
      case SOME_PAGES ->
          machine.change(volume, before.afterLostPages(files, _ -> random.nextBoolean()));
      case LOST_EVERYTHING -> machine.change(volume, before.afterLostEverything());
    }
    return true;
  }
}
