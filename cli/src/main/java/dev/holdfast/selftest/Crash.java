package dev.holdfast.selftest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One crash to be tried: {@code apply:208} is a kill before step 208 of the update called apply,
 * {@code apply:57half} one in the middle of that step's write. With {@code ,12} its recovery is
 * killed as well, before step 12.
 *
 * @param update the update's name
 * @param step the step, counted from 1
 * @param isHalf whether half of the step's bytes are written first
 * @param recovery how it is recovered
 */
public record Crash(String update, int step, boolean isHalf, Recovery recovery) {
  private static final String HALF = "half";
  private static final Pattern TEXT =
      Pattern.compile("([a-z]+):(\\d{1,6})(" + HALF + ")?(?:,(\\d{1,6}|P))?");

  /**
   * How a crash is recovered.
   *
   * @param byProcess whether by a process of its own, as after a real crash
   * @param killedAt the step at which that one is killed, and followed by another; 0 for none
   */
  public record Recovery(boolean byProcess, int killedAt) {
    static final Recovery HERE = new Recovery(false, 0);
    static final Recovery BY_PROCESS = new Recovery(true, 0);

    static Recovery killedAt(int step) {
      return new Recovery(true, step);
    }
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Crash parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a crash is written as UPDATE:STEP[half][,RECOVERY'S STEP], not as " + text);
    }
    String recovery = matcher.group(4);
    Recovery how;
    if (recovery == null) {
      how = Recovery.HERE;
    } else {
      how =
          recovery.equals("P")
              ? Recovery.BY_PROCESS
              : Recovery.killedAt(Integer.parseInt(recovery));
    }
    return new Crash(
        matcher.group(1), Integer.parseInt(matcher.group(2)), matcher.group(3) != null, how);
  }

  /** Returns where a process is to be stopped, as its argument. */
  String stop() {
    return step + (isHalf ? HALF : "");
  }

  @Override
  public String toString() {
    String how = "";
    if (recovery.killedAt > 0) {
      how = "," + recovery.killedAt;
    } else if (recovery.byProcess) {
      how = ",P";
    }
    return update + ":" + stop() + how;
  }
}
