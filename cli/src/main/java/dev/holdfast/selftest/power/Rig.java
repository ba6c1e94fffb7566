package dev.holdfast.selftest.power;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Some devices with file systems of one kind, always mounted at the same places. Recorded, they are
 * files that {@link DeviceServer} serves, under a loop device with direct I/O: its write cache is
 * "write back", so each flush of the file system arrives as an fsync. Otherwise they are plain
 * files in memory. Not for several threads.
 *
 * <p>Everything is undone at the end, also of the process.
 */
public final class Rig implements AutoCloseable {
  private static final String PREFIX = "holdfast-power-";
  private static final long PATIENCE = 120_000_000_000L;
  private static final Path MEMORY = Path.of("/dev/shm");

  private final BlockFileSystem kind;
  private final List<String> names = new ArrayList<>();
  private final Path folder;
  private final Path images;
  private final Thread atExit = new Thread(this::cleanUp);
  private final Process server;
  private final OutputStream commands;
  private final BufferedReader answers;
  private final List<Process> neighbours = new CopyOnWriteArrayList<>();
  private volatile boolean ending;
  private final List<String> loops = new CopyOnWriteArrayList<>();

  private Rig(BlockFileSystem kind, int devices, Path folder, Path images) throws IOException {
    this.kind = kind;
    this.folder = folder;
    this.images = images;
    Runtime.getRuntime().addShutdownHook(atExit);
    for (int i = 0; i < devices; i++) {
      names.add("d" + i);
      Files.createDirectory(point(i));
    }
    Files.createDirectory(backing());
    Files.createDirectory(served());
    this.server =
        new ProcessBuilder(DeviceServer.command(javaCommand(), backing(), served())).start();
    this.commands = server.getOutputStream();
    this.answers =
        new BufferedReader(new InputStreamReader(server.getErrorStream(), StandardCharsets.UTF_8));
  }

  /** Returns why such a rig cannot be had here, if it cannot. */
  public static Optional<String> missing(BlockFileSystem kind) {
    if (!Shell.succeeds("sh", "-c", "test $(id -u) = 0")) {
      return Optional.of("needs root");
    }
    if (!Shell.succeeds("sh", "-c", "test -c /dev/fuse && test -c /dev/loop-control")) {
      return Optional.of("needs /dev/fuse and loop devices");
    }
    for (String tool : List.of("losetup", "mount", kind.makeCommand())) {
      if (!Shell.succeeds("sh", "-c", "PATH=$PATH:/usr/sbin:/sbin command -v " + tool)) {
        return Optional.of("needs " + tool);
      }
    }
    for (String type : List.of("fuse", kind.type())) {
      if (!Shell.succeeds("sh", "-c", "grep -qw " + type + " /proc/filesystems")
          && !Shell.succeeds("modprobe", type)) {
        return Optional.of("the kernel has no " + type);
      }
    }
    return Optional.empty();
  }

  /** Opens a rig with so many devices. */
  public static Rig open(BlockFileSystem kind, int devices) throws IOException {
    removeLeftovers();
    String prefix = PREFIX + ProcessHandle.current().pid() + "-";
    Path folder = Files.createTempDirectory(prefix);
    Path images =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, prefix)
            : Files.createDirectory(folder.resolve("images"));
    Rig rig = new Rig(kind, devices, folder, images);
    try {
      rig.expectAnswer();
      return rig;
    } catch (IOException e) {
      rig.close();
      throw e;
    }
  }

  /** A task of whoever uses the rig while the file systems are mounted. */
  @FunctionalInterface
  interface Task {
    /** Does it. */
    void run() throws IOException;
  }

  /** Returns whether the devices are being taken away: what fails then proves nothing. */
  boolean isEnding() {
    return ending;
  }

  /** Returns the kind of its file systems. */
  public BlockFileSystem kind() {
    return kind;
  }

  /** Returns a folder of the rig that is on none of its devices. */
  public Path folder() {
    return folder;
  }

  /** Returns where a device is mounted. */
  public Path point(int device) {
    return folder.resolve("m" + device);
  }

  /** Where the device server shows what is in {@link #backing}. */
  private Path served() {
    return folder.resolve("fuse");
  }

  private Path backing() {
    return folder.resolve("backing");
  }

  // ---- plain -----------------------------------------------------------------------------------

  /** Makes the file systems, does something on them, and returns what is on the devices then. */
  Map<String, DeviceImage> prepare(Task task) throws IOException {
    for (String name : names) {
      kind.make(images.resolve(name));
    }
    try {
      mounted(task);
      return load(images);
    } finally {
      remove(images);
    }
  }

  /** Does something while these are on the devices. */
  void on(Map<String, DeviceImage> contents, Task task) throws IOException {
    store(contents, images);
    try {
      mounted(task);
    } finally {
      remove(images);
    }
  }

  private void mounted(Task task) throws IOException {
    try {
      for (int i = 0; i < names.size(); i++) {
        mount(images.resolve(names.get(i)).toString(), kind.mountOptions() + ",loop", i);
        loops.add(sourceOf(point(i)));
      }
      task.run();
    } finally {
      unmount();
    }
  }

  // ---- recorded --------------------------------------------------------------------------------

  /** Does something while these are on the devices, and records all that comes to these. */
  Recording record(Map<String, DeviceImage> contents, boolean withNeighbour, Task task)
      throws IOException {
    Path log = folder.resolve("log");
    store(contents, backing());
    command("log " + log);
    try {
      try {
        for (int i = 0; i < names.size(); i++) {
          String loop = attach(served().resolve(names.get(i)));
          mount(loop, kind.mountOptions(), i);
        }
        if (withNeighbour) {
          startNeighbours();
        }
        task.run();
        mark("end");
      } finally {
        stopNeighbours();
        unmount();
      }
      command("flush");
      return new Recording(contents, DeviceLog.read(log));
    } finally {
      remove(backing());
    }
  }

  /** Puts a mark into the log of what is being recorded. */
  public void mark(String text) throws IOException {
    command("mark " + text);
  }

  private synchronized void command(String line) throws IOException {
    commands.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    commands.flush();
    expectAnswer();
  }

  private void expectAnswer() throws IOException {
    String answer = answers.readLine();
    if (!"ok".equals(answer)) {
      throw new IOException("the device server ended: " + answer);
    }
  }

  private void startNeighbours() throws IOException {
    for (int i = 0; i < names.size(); i++) {
      String file = point(i).resolve("neighbour").toString();
      neighbours.add(
          kind.isCommittedBySyncOnly()
              ? java(Neighbour.class, file, "all")
              : java(Neighbour.class, file));
    }
    for (Process neighbour : neighbours) {
      if (neighbour.getInputStream().read() < 0) {
        throw new IOException("a neighbour ended before it had begun");
      }
    }
  }

  private void stopNeighbours() {
    for (Process neighbour : neighbours) {
      neighbour.destroyForcibly();
      Shell.waitFor(neighbour);
    }
    neighbours.clear();
  }

  // ---- devices and processes -------------------------------------------------------------------

  private static Process java(Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(javaCommand());
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Returns the command that runs a class of this class path. */
  public static List<String> javaCommand() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-XX:-UsePerfData",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"));
  }

  private void store(Map<String, DeviceImage> contents, Path where) throws IOException {
    for (Map.Entry<String, DeviceImage> each : contents.entrySet()) {
      each.getValue().store(where.resolve(each.getKey()));
    }
  }

  private Map<String, DeviceImage> load(Path where) throws IOException {
    Map<String, DeviceImage> contents = new TreeMap<>();
    for (String name : names) {
      contents.put(name, DeviceImage.load(where.resolve(name)));
    }
    return contents;
  }

  private void remove(Path where) throws IOException {
    for (String name : names) {
      Files.deleteIfExists(where.resolve(name));
    }
  }

  private String attach(Path file) throws IOException {
    String loop =
        Shell.succeed("losetup", "--find", "--show", "--direct-io=on", file.toString()).strip();
    loops.add(loop);
    return loop;
  }

  private void mount(String source, String options, int device) throws IOException {
    try {
      Shell.succeed("mount", "-t", kind.type(), "-o", options, source, point(device).toString());
    } catch (IOException e) {
      throw new UnmountableException(e);
    }
  }

  private void unmount() throws IOException {
    IOException failure = null;
    for (int i = 0; i < names.size(); i++) {
      if (isMountPoint(point(i))) {
        try {
          Shell.succeed("umount", point(i).toString());
        } catch (IOException e) {
          failure = e;
          Shell.run("umount", "-l", point(i).toString());
        }
      }
    }
    for (String loop : loops) {
      if (isInUse(loop)) {
        Shell.run("losetup", "--detach", loop);
      }
    }
    for (String loop : loops) {
      if (!isReleased(loop) && failure == null) {
        failure = new StillInUseException(loop);
      }
    }
    loops.clear();
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Waits until a device has been released. Another process's new mount namespace has copies of our
   * mounts: until it ends the file system is not unmounted, whatever umount says.
   */
  private boolean isReleased(String loop) {
    for (long end = System.nanoTime() + PATIENCE; System.nanoTime() < end; pause()) {
      if (!isInUse(loop)) {
        return true;
      }
    }
    return false;
  }

  private boolean isInUse(String loop) {
    try {
      String file =
          Files.readString(
              Path.of(loop.replace("/dev/", "/sys/block/"), "loop", "backing_file"),
              StandardCharsets.ISO_8859_1);
      return file.startsWith(folder.toString()) || file.startsWith(images.toString());
    } catch (IOException _) {
      return false; // it is going, or gone
    }
  }

  private static void pause() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static String sourceOf(Path point) throws IOException {
    return mounts()
        .filter(fields -> fields[1].equals(point.toString()))
        .map(fields -> fields[0])
        .findFirst()
        .orElseThrow(() -> new IOException("not mounted: " + point));
  }

  private static Stream<String[]> mounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1).stream()
        .map(line -> line.split(" ", -1));
  }

  private static boolean isMountPoint(Path path) throws IOException {
    return mountPoints().contains(path.toString());
  }

  private static List<String> mountPoints() throws IOException {
    return mounts().map(fields -> fields[1]).toList();
  }

  // ---- the end ---------------------------------------------------------------------------------

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException _) {
      return; // the process ends, and this is done already
    }
    cleanUp();
  }

  private void cleanUp() {
    ending = true;
    try {
      stopNeighbours();
      unmount();
    } catch (IOException _) {
      // What could not be unmounted was detached lazily.
    }
    try {
      Shell.run("umount", served().toString());
      commands.close();
      if (!server.waitFor(5, java.util.concurrent.TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    } catch (IOException | InterruptedException _) {
      server.destroyForcibly();
    }
    try {
      remove(folder);
      if (isMountPoint(served())) {
        Shell.run("umount", "-l", served().toString());
      }
      delete(folder);
      delete(images);
    } catch (IOException _) {
      // The next rig tries again.
    }
  }

  /** Never goes into what is mounted there still, and never opens a fifo. */
  private static void delete(Path folder) throws IOException {
    Shell.run("rm", "-rf", "--one-file-system", folder.toString());
  }

  /** Removes what a rig left whose process was killed. */
  private static void removeLeftovers() throws IOException {
    for (Path parent : List.of(Path.of(System.getProperty("java.io.tmpdir")), MEMORY)) {
      if (!Files.isDirectory(parent)) {
        continue;
      }
      List<Path> left;
      try (Stream<Path> all = Files.list(parent)) {
        left = all.filter(Rig::isLeft).toList();
      }
      for (Path folder : left) {
        removeLeftover(folder);
      }
    }
  }

  private static boolean isLeft(Path folder) {
    String name = String.valueOf(folder.getFileName());
    if (!name.startsWith(PREFIX)) {
      return false;
    }
    String rest = name.substring(PREFIX.length());
    try {
      long pid = Long.parseLong(rest.substring(0, Math.max(0, rest.indexOf('-'))));
      return ProcessHandle.of(pid).isEmpty();
    } catch (NumberFormatException _) {
      return false;
    }
  }

  private static void removeLeftover(Path folder) throws IOException {
    List<String> inside = new ArrayList<>(mountPoints());
    inside.removeIf(point -> !point.startsWith(folder + "/"));
    for (String point : inside.reversed()) {
      Shell.run("umount", "-l", point);
    }
    Map<String, String> backed = new LinkedHashMap<>();
    Shell.succeed("losetup", "-n", "-l", "-O", "NAME,BACK-FILE")
        .lines()
        .map(line -> line.strip().split(" +", 2))
        .filter(fields -> fields.length == 2)
        .forEach(fields -> backed.put(fields[0], fields[1]));
    for (Map.Entry<String, String> each : backed.entrySet()) {
      if (each.getValue().startsWith(folder + "/")) {
        Shell.run("losetup", "--detach", each.getKey());
      }
    }
    delete(folder);
  }
}
