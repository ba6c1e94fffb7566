package dev.holdfast.engine;

import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A root's settings ({@code root set}), with their defaults. Immutable. */
final class RootSettings {
  /** How many of the newest transactions keep their before-images. */
  static final String HORIZON_COUNT = "horizon.count";

  /** For how many days a transaction keeps its before-images. */
  static final String HORIZON_DAYS = "horizon.days";

  /** Who may hold the gate, beside its owner. */
  static final String GATE_GROUP = "gate.group";

  /** Patterns that updates of the root always leave out, separated by commas. */
  static final String EXCLUDES = "excludes";

  /** How barriers are made. */
  static final String BARRIER = "barrier";

  /** What is frozen while operations are applied. */
  static final String FREEZE = "freeze";

  private static final List<String> KEYS =
      List.of(BARRIER, EXCLUDES, FREEZE, GATE_GROUP, HORIZON_COUNT, HORIZON_DAYS);
  private static final int DEFAULT_COUNT = 20;
  private static final int DEFAULT_DAYS = 30;
  private static final int MOST = 1_000_000;

  private final Map<String, String> values;

  private RootSettings(Map<String, String> values) {
    this.values = new TreeMap<>(values);
  }

  /** Reads a root's settings. */
  static RootSettings of(ControlDirectory control) throws IOException {
    return new RootSettings(control.settings());
  }

  /**
   * Returns these settings with one of them set; empty takes the default.
   *
   * @throws RefusedException for an unknown key, with the known ones, or a value it cannot have
   */
  Map<String, String> with(String key, String value) throws RefusedException {
    if (!KEYS.contains(key)) {
      throw new RefusedException(
          "there is no setting \"" + key + "\"; there are " + String.join(", ", KEYS));
    }
    Map<String, String> changed = new TreeMap<>(values);
    if (value.isEmpty()) {
      changed.remove(key);
    } else {
      check(key, value);
      changed.put(key, value);
    }
    return changed;
  }

  private static void check(String key, String value) throws RefusedException {
    switch (key) {
      case HORIZON_COUNT, HORIZON_DAYS -> {
        if (!value.matches("[0-9]{1,7}") || Integer.parseInt(value) > MOST) {
          throw refused(key, value, "a number from 0 to " + MOST);
        }
      }
      case BARRIER -> {
        if (!value.equals("auto") && !value.equals("syncfs")) {
          throw refused(key, value, "auto or syncfs");
        }
      }
      case FREEZE -> {
        if (!value.equals("off")) {
          throw refused(key, value, "off: nothing else is there yet");
        }
      }
      case EXCLUDES -> {
        if (Arrays.stream(value.split(",", -1)).anyMatch(String::isEmpty)) {
          throw refused(key, value, "rsync's patterns, separated by commas");
        }
      }
      default -> {}
    }
  }

  private static RefusedException refused(String key, String value, String allowed) {
    return new RefusedException(
        key + " cannot be \"" + value + "\"; it takes " + allowed + "; nothing was changed");
  }

  private int number(String key, int otherwise) {
    String value = values.getOrDefault(key, "");
    return value.matches("[0-9]{1,7}") ? Integer.parseInt(value) : otherwise;
  }

  /** Returns how many of the newest transactions keep their before-images. */
  int horizonCount() {
    return number(HORIZON_COUNT, DEFAULT_COUNT);
  }

  /** Returns for how long a transaction keeps its before-images. */
  Duration horizonAge() {
    return Duration.ofDays(number(HORIZON_DAYS, DEFAULT_DAYS));
  }

  /** Returns the patterns that updates leave out. */
  List<ByteString> excludes() {
    String value = values.getOrDefault(EXCLUDES, "");
    return value.isEmpty()
        ? List.of()
        : Arrays.stream(value.split(",", -1))
            .map(pattern -> ByteString.of(pattern.getBytes(StandardCharsets.UTF_8)))
            .toList();
  }
}
