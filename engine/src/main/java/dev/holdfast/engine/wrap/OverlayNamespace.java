package dev.holdfast.engine.wrap;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Host;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.wrap.MountLines.Mount;
import dev.holdfast.process.Processes;
import dev.holdfast.process.Processes.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A mount namespace in which each root is an overlay of the live one, and a program in it. Whoever
 * is not in there sees nothing of what happens in it.
 *
 * <p>A shell of ours holds the namespace: it mounts with mount(8), and as another user than root it
 * is root of a user namespace for that, while the program keeps its own user. The program is
 * started by nsenter(1), which becomes it, so nothing that it was given is lost on the way.
 */
public final class OverlayNamespace implements AutoCloseable {
  private static final List<AbsolutePath> WRITABLE =
      List.of(
          AbsolutePath.of("/dev"),
          AbsolutePath.of("/proc"),
          AbsolutePath.of("/run"),
          AbsolutePath.of("/tmp"));

  /** When this process lets go of the namespace, or dies, nothing in there is to go on. */
  private static final String AT_OUR_END =
      "trap 'me=$(readlink /proc/$$/ns/mnt); for p in /proc/[0-9]*; do q=${p#/proc/};"
          + " if [ \"$q\" != $$ ] && [ \"$(readlink \"$p/ns/mnt\" 2>/dev/null)\" = \"$me\" ];"
          + " then kill -9 \"$q\" 2>/dev/null; fi; done' EXIT";

  private static final String NEXT = "next";
  private static final String LOWER = "lower";
  private static final RelativePath NEXT_LOWER = RelativePath.of(NEXT + "/" + LOWER);

  // What a POSIX shell can number with one digit, and that is not taken.
  private static final int FIRST_DESCRIPTOR = 4;
  private static final int LAST_DESCRIPTOR = 9;

  private final Processes processes;
  private final Host host;
  private final Supplier<String> mountLines;
  private final String source;
  private final List<WrappedRoot> roots;
  private final Shell shell;
  private final Map<AbsolutePath, Integer> inner = new TreeMap<>();
  private final Set<AbsolutePath> released = new HashSet<>();
  private boolean mounted;

  private OverlayNamespace(
      Processes processes,
      Host host,
      MountInfo mountInfo,
      String source,
      List<WrappedRoot> roots,
      Shell shell) {
    this.processes = processes;
    this.host = host;
    this.mountLines = () -> mountInfo.of(shell.process());
    this.source = source;
    this.roots = roots;
    this.shell = shell;
  }

  /** Reads another process's mountinfo, one char a byte. */
  @FunctionalInterface
  public interface MountInfo {
    /** Returns the text; empty if it cannot be read. */
    String of(long process);
  }

  /**
   * Makes the namespace.
   *
   * @param name what the overlays are called in lists of mounts
   * @param roots sorted, so that one that contains another one comes first
   * @param directory the program's working directory
   * @param confine whether all but the roots, /dev, /proc, /run and /tmp is read-only
   * @throws RefusedException if the machine has no such thing, saying what is missing
   */
  public static OverlayNamespace open(
      Processes processes,
      Host host,
      MountInfo mountInfo,
      String name,
      List<WrappedRoot> roots,
      AbsolutePath directory,
      boolean confine)
      throws IOException {
    List<String> before = new ArrayList<>();
    before.add(tool(processes, "unshare"));
    if (!host.isRoot()) {
      before.addAll(List.of("--user", "--map-root-user"));
    }
    before.addAll(List.of("--mount", "--propagation", "slave"));
    for (String needed : List.of("mount", "umount", "nsenter", "setpriv")) {
      tool(processes, needed);
    }
    Shell shell = processes.shell(before);
    OverlayNamespace namespace =
        new OverlayNamespace(processes, host, mountInfo, name, List.copyOf(roots), shell);
    try {
      Shell.Result hello = shell.run(new ShellWords().plain("umask 077").bytes());
      if (!hello.isDone()) {
        throw new RefusedException(
            "no private "
                + (host.isRoot() ? "mount" : "user and mount")
                + " namespace can be had here ("
                + hello.reason()
                + "); `--isolate copy` works without one, and covers less");
      }
      namespace.require("watch over a namespace", new ShellWords().plain(AT_OUR_END));
      if (confine) {
        namespace.keepWritable(); // before the roots: one may be below /tmp
      }
      namespace.mountAll(confine);
      namespace.require("enter " + directory, new ShellWords().plain("cd").path(directory));
      return namespace;
    } catch (IOException | RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  private static String tool(Processes processes, String name) throws RefusedException {
    return processes
        .find(name)
        .orElseThrow(() ->
            new RefusedException(
                "wrapping a command needs the program "
                    + name
                    + " (of util-linux), which is not here; `--isolate copy` works without it, and"
                    + " covers less"));
  }

  private void require(String what, ShellWords line) throws IOException {
    Shell.Result result = shell.run(line.bytes());
    if (!result.isDone()) {
      throw new RefusedException("cannot " + what + ": " + result.reason());
    }
  }

  // ---- mounting --------------------------------------------------------------------------------

  private void mountAll(boolean confine) throws IOException {
    keepInner();
    for (WrappedRoot root : roots) {
      // What is live stays within reach here, and a root inside of another one is not yet hidden.
      require(
          "see " + root.path() + " from a namespace",
          new ShellWords().plain("mount -c --bind").path(root.path()).path(lower(root)));
    }
    for (WrappedRoot root : roots) {
      mount(root);
      for (RelativePath path : root.covered()) {
        require(
            "cover " + root.path().resolve(path),
            new ShellWords()
                .plain("mount -c -t tmpfs -o ro,size=4k,mode=0755")
                .plain(source)
                .path(root.path().resolve(path)));
      }
      for (RelativePath path : root.live()) {
        require(
            "keep " + root.path().resolve(path) + " the live one",
            enter(root)
                .plain("&& mount -c --bind")
                .path(NEXT_LOWER.resolve(path))
                .path(root.path().resolve(path))
                .plain("&& cd /"));
      }
    }
    mounted = true;
    putOutOfReach();
    if (confine) {
      confine();
    }
  }

  /**
   * Nobody in there is to reach the live roots or the layers by another path: the overlays have
   * mounts of their own of what they lie over, and a control directory beside a root is covered.
   */
  private void putOutOfReach() throws IOException {
    for (WrappedRoot root : roots) {
      if (isInRoot(lower(root))) {
        continue; // an overlay hides it
      }
      require(
          "let go of the live " + root.path(),
          new ShellWords().plain("umount -c").path(lower(root)));
      released.add(root.path());
      require(
          "cover " + root.control(),
          new ShellWords()
              .plain("mount -c -t tmpfs -o ro,size=4k,mode=0755")
              .plain(source)
              .path(root.control()));
    }
  }

  private static AbsolutePath lower(WrappedRoot root) {
    return root.layers().resolve(NEXT_LOWER);
  }

  /** The overlay of a root hides what is mounted below it: the layers of an inner root, too. */
  private void keepInner() throws IOException {
    int descriptor = FIRST_DESCRIPTOR;
    for (WrappedRoot root : roots) {
      boolean isInner =
          roots.stream()
              .anyMatch(
                  outer -> !outer.path().equals(root.path()) && outer.path().contains(root.path()));
      if (!isInner) {
        continue;
      }
      if (descriptor > LAST_DESCRIPTOR) {
        throw new RefusedException(
            "too many roots that are mounted inside of other ones; "
                + (LAST_DESCRIPTOR - FIRST_DESCRIPTOR + 1)
                + " can be; nothing was changed");
      }
      require(
          "open " + root.layers(),
          new ShellWords().plain("exec " + descriptor + "<").path(root.layers()));
      inner.put(root.path(), descriptor++);
    }
  }

  /** Returns the beginning of a line that goes into the directory of a root's layers. */
  private ShellWords enter(WrappedRoot root) {
    Integer descriptor = inner.get(root.path());
    return descriptor == null
        ? new ShellWords().plain("cd").path(root.layers())
        : new ShellWords().plain("cd /proc/$$/fd/" + descriptor);
  }

  private void mount(WrappedRoot root) throws IOException {
    StringBuilder lower = new StringBuilder();
    for (int layer = root.sealed(); layer >= 1; layer--) {
      lower.append(layer).append("/upper:");
    }
    String options =
        "lowerdir="
            + lower
            + NEXT
            + "/"
            + LOWER
            + ",upperdir="
            + NEXT
            + "/upper,workdir="
            + NEXT
            + "/work,nfs_export=off,xino=off,"
            + (host.isRoot()
                ? "metacopy=off,redirect_dir=off,index=on"
                : "index=off,userxattr"); // which excludes metacopy and redirect_dir
    Shell.Result result =
        shell.run(
            enter(root)
                .plain("&& mount -c -t overlay -o " + options)
                .plain(source)
                .path(root.path())
                .plain("&& cd /")
                .bytes());
    if (!result.isDone()) {
      throw new RefusedException(
          "no overlay can be mounted on "
              + root.path()
              + " ("
              + result.reason()
              + "); `--isolate copy` works without one, and covers less");
    }
  }

  private boolean isRoot(AbsolutePath path) {
    return roots.stream().anyMatch(root -> root.path().equals(path));
  }

  private boolean isInRoot(AbsolutePath path) {
    return roots.stream().anyMatch(root -> root.path().contains(path));
  }

  private void keepWritable() throws IOException {
    for (AbsolutePath path : WRITABLE) {
      if (mounts().stream().noneMatch(mount -> mount.point().equals(path))) {
        shell.run(new ShellWords().plain("mount -c --rbind").path(path).path(path).bytes());
      }
    }
  }

  private void confine() throws IOException {
    for (Mount mount : mounts()) {
      AbsolutePath point = mount.point();
      if (isInRoot(point)
          || mount.options().contains("ro")
          || WRITABLE.stream().anyMatch(path -> path.contains(point))) {
        continue;
      }
      String options =
          String.join(
              ",",
              mount.options().stream()
                  .filter(option -> !option.equals("rw") && !option.equals("relatime"))
                  .toList());
      require(
          "make " + point + " read-only",
          new ShellWords()
              .plain("mount -c -o remount,bind,ro" + (options.isEmpty() ? "" : "," + options))
              .path(point));
    }
  }

  private List<Mount> mounts() {
    return MountLines.parse(mountLines.get());
  }

  // ---- the program -----------------------------------------------------------------------------

  /** Starts a program in it. Its exit status is 127 if there is none, 126 if it can't be run. */
  public Processes.Child start(List<byte[]> command) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(tool(processes, "nsenter"));
    words.addAll(List.of("--target", Long.toString(shell.process()), "--mount", "--wd"));
    if (!host.isRoot()) {
      words.addAll(List.of("--user", "--preserve-credentials", "--"));
      words.addAll(
          List.of(
              tool(processes, "unshare"),
              "--user",
              "--map-user=" + host.uid(),
              "--map-group=" + host.gid()));
    }
    words.addAll(List.of("--", tool(processes, "setpriv"), "--pdeathsig", "KILL", "--"));
    List<byte[]> all = new ArrayList<>();
    words.forEach(word -> all.add(word.getBytes(StandardCharsets.UTF_8)));
    all.addAll(command);
    return processes.start(all, List.of());
  }

  /** Returns the process that holds the namespace. */
  public long holder() {
    return shell.process();
  }

  /**
   * Makes sure that nothing can write into the layers any more, and takes the overlays down. The
   * kernel refuses it while anybody has a file open for writing or mapped.
   *
   * @throws RefusedException if somebody still could, or the program mounted something there
   */
  public void seal(Supplier<String> culprits) throws IOException {
    shell.run(new ShellWords().plain("cd /").bytes());
    requireOwnMounts();
    for (WrappedRoot root : roots.reversed()) {
      List<RelativePath> inside = new ArrayList<>(root.covered());
      inside.addAll(root.live());
      for (RelativePath path : inside.reversed()) {
        unmount(root.path().resolve(path), culprits);
      }
      Shell.Result result =
          shell.run(new ShellWords().plain("mount -c -o remount,ro").path(root.path()).bytes());
      if (!result.isDone()) {
        throw inUse(root.path(), result, culprits);
      }
      unmount(root.path(), culprits);
    }
    mounted = false;
    for (WrappedRoot root : roots) {
      if (!released.contains(root.path())) {
        unmount(lower(root), culprits);
      }
    }
  }

  private void requireOwnMounts() throws RefusedException {
    List<Mount> mounts = mounts();
    for (WrappedRoot root : roots) {
      Mount top =
          mounts.stream()
              .filter(mount -> mount.point().equals(root.path()))
              .reduce((_, later) -> later)
              .orElse(null);
      if (top == null || !top.source().equals(source)) {
        throw new RefusedException(
            top == null
                ? "the command unmounted " + root.path() + "; nothing was changed"
                : "the command mounted something on " + root.path() + "; nothing was changed");
      }
    }
    for (Mount mount : mounts) {
      AbsolutePath point = mount.point();
      if (isInRoot(point) && !isRoot(point) && !isOurs(point)) {
        throw new RefusedException(
            "the command mounted something on " + point + "; nothing was changed");
      }
    }
  }

  private boolean isOurs(AbsolutePath point) {
    return roots.stream()
        .anyMatch(root ->
            lower(root).equals(point)
                || root.covered().stream().anyMatch(p -> root.path().resolve(p).equals(point))
                || root.live().stream().anyMatch(p -> root.path().resolve(p).equals(point)));
  }

  private void unmount(AbsolutePath point, Supplier<String> culprits) throws IOException {
    Shell.Result result = shell.run(new ShellWords().plain("umount -c").path(point).bytes());
    if (!result.isDone()) {
      throw inUse(point, result, culprits);
    }
  }

  private static RefusedException inUse(
      AbsolutePath point, Shell.Result result, Supplier<String> culprits) {
    String who = culprits.get();
    return new RefusedException(
        point
            + " is still in use in the command's namespace"
            + (who.isEmpty() ? " (" + result.reason() + ")" : " by " + who)
            + "; nothing was changed");
  }

  /** Lets go of the namespace; with nobody left in it, its mounts go. */
  @Override
  public void close() {
    if (mounted) {
      try {
        // At once, even if somebody is left in there, so that what is staged can be removed.
        for (WrappedRoot root : roots.reversed()) {
          shell.run(new ShellWords().plain("cd /; umount -c -l").path(root.path()).bytes());
        }
      } catch (IOException _) {
        // The shell is gone, and its mounts with it.
      }
    }
    shell.close();
  }
}
