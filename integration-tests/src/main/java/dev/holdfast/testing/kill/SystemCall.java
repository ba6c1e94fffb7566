package dev.holdfast.testing.kill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A system call that changes the disk, by its name and how many of this name its thread has made,
 * as strace counts them.
 *
 * @param call its name
 * @param number from 1
 * @param before how many of each call's name the thread had made before
 * @param text the call as strace shows it, without what differs from run to run
 */
record SystemCall(String call, int number, Map<String, Integer> before, String text) {
  /** Calls that change the disk whatever their arguments, and such as change locks. */
  private static final Set<String> CHANGING =
      Set.of(
          "rename",
          "renameat",
          "renameat2",
          "link",
          "linkat",
          "unlink",
          "unlinkat",
          "rmdir",
          "mkdir",
          "mkdirat",
          "symlink",
          "symlinkat",
          "mknod",
          "mknodat",
          "write",
          "writev",
          "pwrite64",
          "pwritev",
          "copy_file_range",
          "sendfile",
          "truncate",
          "ftruncate",
          "fallocate",
          "fsync",
          "fdatasync",
          "syncfs",
          "sync_file_range",
          "chmod",
          "fchmod",
          "fchmodat",
          "chown",
          "fchown",
          "fchownat",
          "utimensat",
          "setxattr",
          "lsetxattr",
          "fsetxattr",
          "removexattr",
          "lremovexattr",
          "fremovexattr",
          "flock");

  /** Calls that do so with some arguments. */
  private static final Map<String, String> WITH =
      Map.of("openat", "O_CREAT", "openat2", "O_CREAT", "ioctl", "FICLONE");

  /** The last one: what the program has said before it, it must keep. */
  static final String END = "exit_group";

  private static final int SHOWN = 16;
  private static final Pattern LINE = Pattern.compile("(\\d+) +([a-z0-9_]+)\\((.*)");
  private static final Pattern VARYING = Pattern.compile("[0-9a-f]{6,}|\\d+");
  private static final Pattern RESULT = Pattern.compile("\\) += .*| <unfinished \\.\\.\\.>$");

  /** Calls that only the engine makes, so that they may fail for good. */
  private static final Set<String> SHARED = Set.of("openat", "ioctl", "write", "writev", END);

  /** Returns what strace is to trace to find all of them. */
  static String traced() {
    return String.join(",", CHANGING) + "," + String.join(",", WITH.keySet()) + "," + END;
  }

  /** Returns the calls in a log of strace that change the disk, in order, and the last one. */
  static List<SystemCall> in(String log) {
    List<SystemCall> points = new ArrayList<>();
    Map<String, Map<String, Integer>> threads = new HashMap<>();
    for (String line : log.lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        continue;
      }
      String call = matcher.group(2);
      Map<String, Integer> counts = threads.computeIfAbsent(matcher.group(1), _ -> new TreeMap<>());
      Map<String, Integer> before = Map.copyOf(counts);
      int number = counts.merge(call, 1, Integer::sum);
      String argument = WITH.get(call);
      if (CHANGING.contains(call)
          || call.equals(END)
          || (argument != null && matcher.group(3).contains(argument))) {
        points.add(new SystemCall(call, number, before, text(call, matcher.group(3))));
      }
    }
    return points;
  }

  private static String text(String call, String arguments) {
    String shown = RESULT.matcher(arguments).replaceFirst("");
    if (call.contains("write")) { // what is written has identities and times in it
      shown = shown.substring(0, Math.min(SHOWN, shown.length())) + "...";
    }
    return call + "(" + VARYING.matcher(shown).replaceAll("#") + ")";
  }

  /** Returns strace's options to kill the process when it comes to this call, before its effect. */
  List<String> kill() {
    return List.of("-e", "trace=" + call, "-e", "inject=" + call + ":signal=KILL:when=" + number);
  }

  /**
   * Returns whether a process that was killed by {@link #kill} was killed here, by strace's log.
   */
  boolean isLastOf(String log) {
    List<String> texts = new ArrayList<>();
    for (String line : log.lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches() && matcher.group(2).equals(call)) {
        texts.add(text(call, matcher.group(3)));
      }
    }
    return !texts.isEmpty() && texts.getLast().equals(text);
  }

  /** How long a failure lasts. */
  enum Failing {
    /** This call alone. */
    ONCE,
    /** This call and all later ones of its name. */
    FROM,
    /** This call and all later ones that change the disk. */
    ALL
  }

  /** Returns whether this call may fail in this way without harm to the virtual machine. */
  boolean mayFail(Failing failing) {
    return !call.equals(END) && (failing == Failing.ONCE || !SHARED.contains(call));
  }

  /** Returns strace's options to let this call fail without an effect. */
  List<String> fail(String error, Failing failing) {
    Map<String, Integer> first = new LinkedHashMap<>();
    first.put(call, number);
    if (failing == Failing.ALL) {
      for (String other : CHANGING) {
        if (!SHARED.contains(other) && !other.equals("flock")) {
          first.putIfAbsent(other, before.getOrDefault(other, 0) + 1);
        }
      }
    }
    List<String> options =
        new ArrayList<>(List.of("-e", "trace=" + String.join(",", first.keySet())));
    first.forEach((name, from) -> {
      options.add("-e");
      options.add(
          "inject=%s:error=%s:when=%d%s"
              .formatted(name, error, from, failing == Failing.ONCE ? "" : "+"));
    });
    return options;
  }

  @Override
  public String toString() {
    return text + " [" + call + " " + number + "]";
  }
}
