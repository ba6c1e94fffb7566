package dev.holdfast.testing.wrap;

import dev.holdfast.testing.kill.RealProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Upgrades packages of a real Debian by its own dpkg, wrapped from outside, and kills it: at any
 * moment, or at a rename of the commit. After recovery the tree is the old one in every byte,
 * attribute and time, or what dpkg makes of it natively; dpkg has nothing to say against either.
 * Then the new one is taken back, and must be the old one.
 */
public final class WrapRig implements AutoCloseable {
  private static final String UPGRADE = "dpkg -i " + DebianSystem.PACKAGES + "/new/*.deb";

  /** What is said about times and inodes, and so is another at each run. */
  private static final List<String> VOLATILE = List.of("var/log", "var/cache/ldconfig");

  private static final String EXACTLY = "rsync -aHAXSni --modify-window=-1 --checksum --delete ";
  private static final String BUT_TIMES =
      "rsync -aHAXSni --modify-window=-1 --checksum --delete --no-times --omit-dir-times ";

  /** What ends a run. */
  enum Kill {
    /** The wrapper and its command, at any moment. */
    TOGETHER,
    /** The wrapper alone, at any moment. */
    WRAPPER,
    /** The command alone, at any moment. */
    COMMAND,
    /** Both, as the wrapper renames. */
    AT_RENAME
  }

  /** What is wrapped. */
  enum Roots {
    /** The tree is the root. */
    WHOLE,
    /** These directories of it are roots, in one transaction. */
    PARTS;

    private List<String> paths() {
      return switch (this) {
        case WHOLE -> List.of("");
        case PARTS -> List.of("etc", "usr", "var/lib/dpkg");
      };
    }
  }

  private final Path folder;
  private final Path live;
  private final DebianSystem debian;
  private final RealProgram program;
  private final Roots roots;
  private final WrapFigures figures;
  private final Random random;
  private double seconds;
  private int renames;
  private int tried;

  private WrapRig(
      Path folder,
      DebianSystem debian,
      RealProgram program,
      Roots roots,
      WrapFigures figures,
      long seed) {
    this.folder = folder;
    this.live = folder.resolve("live");
    this.debian = debian;
    this.program = program;
    this.roots = roots;
    this.figures = figures;
    this.random = new Random(seed * 31 + roots.name().length());
  }

  /**
   * Makes a tree to upgrade, and upgrades it undisturbed once.
   *
   * @param folder an empty folder, on a file system that overlays can be made on
   */
  static WrapRig make(
      Path folder,
      DebianSystem debian,
      RealProgram program,
      Roots roots,
      WrapFigures figures,
      long seed)
      throws IOException {
    WrapRig rig = new WrapRig(folder, debian, program, roots, figures, seed);
    Commands.require(folder, "cp -a " + Commands.quoted(debian.old().toString()) + " live");
    rig.learn();
    return rig;
  }

  // ---- runs ------------------------------------------------------------------------------------

  private List<String> words(String... words) {
    List<String> all = new ArrayList<>(List.of("--state", folder.resolve("state").toString()));
    all.addAll(List.of(words));
    return all;
  }

  private List<String> upgrade(List<String> before) {
    List<String> words = words("run", "--children-wait", "60");
    for (String path : roots.paths()) {
      words.addAll(List.of("--root", live.resolve(path).toString()));
    }
    words.add("--");
    words.addAll(before);
    words.addAll(List.of("sh", "-c", DebianSystem.chroot("live", UPGRADE)));
    return words;
  }

  /** Learns how long it takes and how many renames there are, and that nothing is wrong. */
  private void learn() throws IOException {
    long start = System.nanoTime();
    requireDone(program.run(folder, upgrade(List.of())), "the upgrade");
    seconds = (System.nanoTime() - start) / 1e9;
    require(isNew(), "an undisturbed upgrade is not what dpkg makes: " + newDifferences());
    takeBack();
    RealProgram.Ended traced =
        program.traced(folder, List.of("-e", "trace=renameat2"), upgrade(List.of()));
    requireDone(traced, "the upgrade under strace");
    renames = (int) traced.trace().lines().filter(line -> line.contains("renameat2(")).count();
    takeBack();
  }

  private static void requireDone(RealProgram.Ended ended, String what) {
    require(ended.exit() == 0, what + ": " + ended.said());
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  /** Runs the upgrade, kills it in one of the ways, recovers, judges, and makes the tree old. */
  void killOnce() throws IOException {
    Kill kill = Kill.values()[tried++ % Kill.values().length];
    double moment = random.nextDouble() * seconds * 1.1;
    int rename = renames / 2 + random.nextInt(renames - renames / 2) + 1;
    String what =
        "%s, %s"
            .formatted(
                roots,
                kill == Kill.AT_RENAME
                    ? "killed at rename %d of %d".formatted(rename, renames)
                    : "killed after %.3f s (%s)".formatted(moment, kill));
    try {
      killAndJudge(kill, moment, rename);
    } catch (AssertionError e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
  }

  private void killAndJudge(Kill kill, double moment, int rename) throws IOException {
    String time = String.format(Locale.ROOT, "%.3f", moment);
    RealProgram.Ended ended =
        switch (kill) {
          case TOGETHER ->
              program.under(folder, List.of("timeout", "-s", "KILL", time), upgrade(List.of()));
          case WRAPPER ->
              program.under(
                  folder,
                  List.of("timeout", "--foreground", "-s", "KILL", time),
                  upgrade(List.of()));
          case COMMAND -> program.run(folder, upgrade(List.of("timeout", "-s", "KILL", time)));
          case AT_RENAME ->
              program.traced(
                  folder,
                  List.of(
                      "-e", "trace=renameat2", "-e", "inject=renameat2:signal=KILL:when=" + rename),
                  upgrade(List.of()));
        };
    boolean mixture = !isOld() && !isNew();
    if (kill == Kill.COMMAND) {
      require(!mixture, "it left a mixture: " + ended.said());
    }
    requireDone(recover(), "recover");
    boolean isNew = judge(ended);
    figures.tried(kill, ended.exit() != 0, mixture, isNew);
    if (isNew) {
      takeBack();
    } else {
      resetOthers();
    }
  }

  /** A transaction's lock is free a moment after the last of its processes has gone. */
  private RealProgram.Ended recover() throws IOException {
    RealProgram.Ended ended = program.run(folder, words("recover"));
    for (int i = 0; ended.exit() == 3 && i < 20; i++) {
      ended = program.run(folder, words("recover"));
    }
    return ended;
  }

  private boolean judge(RealProgram.Ended ended) throws IOException {
    boolean isOld = isOld();
    boolean isNew = isNew();
    require(
        isOld != isNew,
        isOld
            ? "old and new do not differ"
            : "neither old: " + oldDifferences() + ", nor new: " + newDifferences());
    if (ended.exit() == 0) {
      require(isNew, "it said that it was done, and is old: " + ended.said());
    }
    requireDone(program.run(folder, words("recover", "--check")), "recover --check");
    requireSound(isNew ? debian.upgraded() : debian.old());
    requireNothingLeft();
    return isNew;
  }

  // ---- judging ---------------------------------------------------------------------------------

  private boolean isOld() throws IOException {
    return oldDifferences().isEmpty();
  }

  private boolean isNew() throws IOException {
    return newDifferences().isEmpty();
  }

  private String oldDifferences() throws IOException {
    return differences(EXACTLY, debian.old(), List.of());
  }

  private String newDifferences() throws IOException {
    return differences(BUT_TIMES, debian.upgraded(), VOLATILE);
  }

  /** Returns what rsync says, a line each, shortened. */
  private String differences(String how, Path expected, List<String> excluded) throws IOException {
    StringBuilder found = new StringBuilder();
    String exclusions =
        String.join("", excluded.stream().map(path -> "--exclude=/" + path + " ").toList());
    for (String path : roots.paths()) {
      String end = path.isEmpty() ? "/ " : "/" + path + "/ ";
      found.append(
          Commands.require(
              folder, how + exclusions + "--exclude=/.holdfast " + expected + end + live + end));
    }
    return found.substring(0, Math.min(found.length(), 2000)).strip();
  }

  private void requireSound(Path expected) throws IOException {
    for (String question :
        List.of(
            "dpkg --audit",
            "dpkg --verify",
            "dpkg-query -W -f '${Package} ${Version} ${Status}\\n'",
            "openssl version; sudo -V | head -1")) {
      String answer = Commands.run(folder, DebianSystem.chroot(live.toString(), question)).output();
      String right =
          Commands.run(folder, DebianSystem.chroot(expected.toString(), question)).output();
      require(answer.equals(right), question + " says " + answer + " and not " + right);
    }
  }

  private void requireNothingLeft() throws IOException {
    String mounts = Files.readString(Path.of("/proc/self/mountinfo"));
    require(!mounts.contains(folder.toString()), "something is still mounted");
    String litter =
        Commands.require(
            folder,
            "find . -path '*/.holdfast/*/tx/*/layers' -o -path './live/*.dpkg-new' | head -5");
    require(litter.isEmpty(), "litter: " + litter);
  }

  /** Takes the upgrade back: in every byte, attribute and time. */
  private void takeBack() throws IOException {
    requireDone(program.run(folder, words("undo", "last")), "undo");
    String differences = oldDifferences();
    require(differences.isEmpty(), "undone, and not as before: " + differences);
    requireNothingLeft();
    resetOthers();
  }

  /** What is outside the roots is in no transaction. */
  private void resetOthers() throws IOException {
    if (roots == Roots.PARTS) {
      Commands.require(
          folder,
          "rsync -aHAXS --delete --exclude=/lib/dpkg --exclude=.holdfast "
              + debian.old()
              + "/var/ live/var/");
    }
  }

  // ---- a batch ---------------------------------------------------------------------------------

  /**
   * Upgrades in an open transaction, by apt, package by package: a command is killed half way, the
   * next ones are not. Nothing is to be seen before the commit.
   */
  void batch() throws IOException {
    List<String> begin = words("begin");
    for (String path : roots.paths()) {
      begin.addAll(List.of("--root", live.resolve(path).toString()));
    }
    RealProgram.Ended begun = program.run(folder, begin);
    requireDone(begun, "begin");
    String number = begun.out().strip();
    requireDone(exec(number, "apt-get -q update && apt-get -qy install libssl3"), "exec");
    RealProgram.Ended killed =
        exec(number, "apt-get -qy purge openssl; rm -rf /etc /var/lib/dpkg; kill -9 $$");
    require(killed.exit() == 137, "a command killed half way: " + killed.said());
    requireDone(exec(number, "apt-get -qy upgrade && apt-get -qy purge openssl"), "exec");
    require(isOld(), "seen before the commit: " + oldDifferences());
    requireDone(program.run(folder, words("commit", number)), "commit");
    String answer =
        Commands.run(
                folder,
                DebianSystem.chroot(
                    live.toString(),
                    "dpkg --audit; dpkg --verify; dpkg-query -W -f '${Package} ${Version}\\n' openssl"
                        + " sudo libssl3 2>&1"))
            .output();
    String right =
        Commands.run(
                folder,
                DebianSystem.chroot(
                    debian.upgraded().toString(),
                    "dpkg-query -W -f '${Package} ${Version}\\n' sudo libssl3 2>&1"))
            .output();
    require(
        answer
            .replaceAll("(?m)^dpkg-query: no packages found matching openssl\n", "")
            .equals(right),
        "after a batch: " + answer);
    takeBack();
  }

  private RealProgram.Ended exec(String number, String line) throws IOException {
    return program.run(
        folder,
        words(
            "exec",
            "--children-wait",
            "60",
            number,
            "--",
            "sh",
            "-c",
            DebianSystem.chroot("live", line)));
  }

  @Override
  public void close() throws IOException {
    Commands.run(folder, "rm -rf --one-file-system live state .holdfast");
  }
}
