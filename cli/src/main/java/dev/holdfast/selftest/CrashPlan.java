package dev.holdfast.selftest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Chooses the crashes: every step of every update, or some of them, in an order by the seed. */
final class CrashPlan {
  private static final int PROCESS_EACH = 8;
  private static final int KILLED_EACH = 8;

  /** About as many steps as most recoveries have. */
  private static final int RECOVERY_STEPS = 40;

  private final List<Reference> references;
  private final Random random;

  CrashPlan(List<Reference> references, long seed) {
    this.references = List.copyOf(references);
    this.random = new Random(seed);
  }

  /** A step, or the half of one. */
  private record Point(Reference reference, int step, boolean isHalf) {
    boolean isInWindow() {
      return reference.isInWindow(step);
    }
  }

  /** Returns a crash at every step, and in the middle of every write. */
  List<Crash> all() {
    return crashes(points());
  }

  /** Returns some, half of them where a kill leaves a mixture; each point once before any twice. */
  List<Crash> some(int count) {
    List<Point> chosen = new ArrayList<>();
    while (chosen.size() < count) {
      List<Point> points = points();
      List<Point> window = points.stream().filter(Point::isInWindow).toList();
      Set<Point> mixed = new LinkedHashSet<>();
      for (int i = 0; i < points.size(); i++) {
        if (i < window.size()) {
          mixed.add(window.get(i));
        }
        mixed.add(points.get(i));
      }
      chosen.addAll(mixed);
    }
    return crashes(chosen.subList(0, count));
  }

  private List<Point> points() {
    List<Point> points = new ArrayList<>();
    for (Reference reference : references) {
      for (int step = 1; step <= reference.calls().size(); step++) {
        points.add(new Point(reference, step, false));
        if (reference.isWrite(step)) {
          points.add(new Point(reference, step, true));
        }
      }
    }
    Collections.shuffle(points, random);
    return points;
  }

  private List<Crash> crashes(List<Point> points) {
    List<Crash> crashes = new ArrayList<>();
    for (Point point : points) {
      crashes.add(
          new Crash(
              point.reference.update().toString(), point.step, point.isHalf, chooseRecovery()));
    }
    return crashes;
  }

  private Crash.Recovery chooseRecovery() {
    int choice = random.nextInt(PROCESS_EACH * KILLED_EACH);
    int step = 1 + random.nextInt(RECOVERY_STEPS);
    if (choice % PROCESS_EACH == 0) {
      return Crash.Recovery.BY_PROCESS;
    }
    return choice < KILLED_EACH ? Crash.Recovery.killedAt(step) : Crash.Recovery.HERE;
  }
}
