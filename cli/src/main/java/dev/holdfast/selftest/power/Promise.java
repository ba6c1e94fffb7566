package dev.holdfast.selftest.power;

import java.util.List;

/**
 * How many changes must be there after a power cut, and how many may be.
 *
 * @param least those that had been acknowledged
 * @param most those that had begun
 */
public record Promise(int least, int most) {
  private static final String BEGUN = "begun ";
  private static final String ACKNOWLEDGED = "acknowledged ";

  /** Returns the mark of a change's beginning; the first one is number 1. */
  public static String begun(int number) {
    return BEGUN + number;
  }

  /** Returns the mark that a change has been promised to be durable. */
  public static String acknowledged(int number) {
    return ACKNOWLEDGED + number;
  }

  /** Returns the promise that these marks make. */
  public static Promise of(List<String> marks) {
    return new Promise(count(marks, ACKNOWLEDGED), count(marks, BEGUN));
  }

  private static int count(List<String> marks, String kind) {
    return (int) marks.stream().filter(mark -> mark.startsWith(kind)).count();
  }
}
