package dev.holdfast.disk.linux;

import dev.holdfast.process.Processes;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The machine's own processes. Safe for several threads, each shell and child for one. */
public final class LinuxProcesses implements Processes {
  private static final List<String> SYSTEM_FOLDERS =
      List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");
  private static final int SIGNALLED = 0x7f;

  private static final int STANDARD = 2; // stdin, stdout, stderr: 0 to 2

  private final LibC libc;
  private final Set<Integer> inherited;

  LinuxProcesses(LibC libc) {
    this.libc = libc;
    this.inherited = inherited();
  }

  /**
   * Returns the processes. What is open now and not Java's own is what programs will inherit; so to
   * be called early.
   */
  public static Processes create() {
    return new LinuxProcesses(new ForeignLibC());
  }

  @Override
  public void adoptOrphans() throws IOException {
    try {
      libc.prctl(LibC.PR_SET_CHILD_SUBREAPER, 1);
    } catch (ErrnoException e) {
      throw e.during("adopt the orphans of", "this process");
    }
  }

  @Override
  public Optional<String> find(String name) {
    List<String> folders = new ArrayList<>(SYSTEM_FOLDERS);
    String path = System.getenv("PATH");
    if (path != null) {
      Arrays.stream(path.split(":", -1)).filter(f -> f.startsWith("/")).forEach(folders::add);
    }
    return folders.stream()
        .map(folder -> folder + "/" + name)
        .filter(file -> Files.isExecutable(Path.of(file)))
        .findFirst();
  }

  // ---- the wrapped program ---------------------------------------------------------------------

  @Override
  public Child start(List<byte[]> command, List<byte[]> variables) throws IOException {
    try {
      keepOwnDescriptors();
      byte[][] environment = variables.isEmpty() ? null : environment(variables);
      int pid =
          libc.posix_spawn(
              command.getFirst(), command.toArray(byte[][]::new), environment, signalMask());
      return new Spawned(pid);
    } catch (ErrnoException e) {
      throw e.during("start", new String(command.getFirst(), StandardCharsets.UTF_8));
    }
  }

  /** Java opens its files and pipes so that every program would inherit them. */
  private void keepOwnDescriptors() {
    for (int descriptor : descriptors()) {
      if (descriptor > STANDARD && !inherited.contains(descriptor)) {
        try {
          libc.fcntl(descriptor, LibC.F_SETFD, LibC.FD_CLOEXEC);
        } catch (ErrnoException _) {
          // It was closed meanwhile: that of the listing itself.
        }
      }
    }
  }

  private Set<Integer> inherited() {
    List<String> own = new ArrayList<>();
    own.add(System.getProperty("java.home", "/nowhere") + "/");
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      if (!entry.isEmpty()) {
        own.add(Path.of(entry).toAbsolutePath().toString());
      }
    }
    Set<Integer> found = new TreeSet<>();
    for (int descriptor : descriptors()) {
      try {
        byte[] link = ("/proc/self/fd/" + descriptor).getBytes(StandardCharsets.US_ASCII);
        String target = new String(libc.readlinkat(LibC.AT_FDCWD, link), StandardCharsets.UTF_8);
        if (own.stream().noneMatch(target::startsWith)) {
          found.add(descriptor);
        }
      } catch (ErrnoException _) {
        // That of the listing itself.
      }
    }
    return found;
  }

  private static List<Integer> descriptors() {
    String[] names = new File("/proc/self/fd").list();
    return Arrays.stream(names == null ? new String[0] : names).map(Integer::valueOf).toList();
  }

  private byte[][] environment(List<byte[]> more) throws ErrnoException {
    Map<String, byte[]> variables = new LinkedHashMap<>();
    int unnamed = 0;
    List<byte[]> all = items(SystemFile.read(libc, "/proc/self/environ"));
    all.addAll(more);
    for (byte[] item : all) {
      String text = new String(item, StandardCharsets.ISO_8859_1);
      int end = text.indexOf('=', 1);
      variables.put(end < 0 ? "=" + unnamed++ : text.substring(0, end), item);
    }
    return variables.values().toArray(byte[][]::new);
  }

  private static List<byte[]> items(byte[] terminated) {
    List<byte[]> items = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < terminated.length; i++) {
      if (terminated[i] == 0) {
        items.add(Arrays.copyOfRange(terminated, start, i));
        start = i + 1;
      }
    }
    return items;
  }

  /** What the process was started with: Java's threads block more, its first thread does not. */
  private long signalMask() throws ErrnoException {
    for (String line : SystemFile.readText(libc, "/proc/self/status").lines().toList()) {
      if (line.startsWith("SigBlk:")) {
        return Long.parseUnsignedLong(line.substring("SigBlk:".length()).strip(), 16);
      }
    }
    return 0;
  }

  private final class Spawned implements Child {
    private final int pid;

    Spawned(int pid) {
      this.pid = pid;
    }

    @Override
    public long process() {
      return pid;
    }

    @Override
    public int await() throws IOException {
      while (true) {
        try {
          int status = libc.waitpid(pid, 0);
          int signal = status & SIGNALLED;
          return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
        } catch (ErrnoException e) {
          if (!e.is(Errno.EINTR)) {
            throw e.during("wait for", "process " + pid);
          }
        }
      }
    }
  }

  // ---- what it leaves behind -------------------------------------------------------------------

  @Override
  public List<Survivor> survivors(List<Long> except) {
    Map<Long, ProcessState> all = processes();
    List<Survivor> survivors = new ArrayList<>();
    long self = libc.getpid();
    all.forEach((pid, state) -> {
      if (pid == self || except.contains(pid) || !isBelow(pid, self, except, all)) {
        return;
      }
      if (state.isGone()) {
        if (state.parent() == self) {
          reap((int) (long) pid);
        }
        return;
      }
      survivors.add(new Survivor(pid, state.name()));
    });
    survivors.sort(Comparator.comparingLong(Survivor::process));
    return survivors;
  }

  @Override
  public boolean hadChildren() {
    try {
      libc.waitpid(-1, LibC.WNOHANG);
      return true;
    } catch (ErrnoException _) {
      return false; // ECHILD: there is none
    }
  }

  private record ProcessState(String name, char letter, long parent) {
    boolean isGone() {
      return letter == 'Z' || letter == 'X';
    }
  }

  private static boolean isBelow(
      long process, long ancestor, List<Long> except, Map<Long, ProcessState> all) {
    long current = process;
    for (int i = 0; i < all.size() && current > 1; i++) {
      ProcessState state = all.get(current);
      if (state == null || except.contains(current)) {
        return false;
      }
      if (state.parent() == ancestor) {
        return true;
      }
      current = state.parent();
    }
    return false;
  }

  private Map<Long, ProcessState> processes() {
    Map<Long, ProcessState> found = new LinkedHashMap<>();
    String[] names = new File("/proc").list();
    for (String name : names == null ? new String[0] : names) {
      if (Character.isDigit(name.charAt(0))) {
        ProcessState state = state(name);
        if (state != null) {
          found.put(Long.parseLong(name), state);
        }
      }
    }
    return found;
  }

  private @Nullable ProcessState state(String pid) {
    try {
      String text = SystemFile.readText(libc, "/proc/" + pid + "/stat");
      int open = text.indexOf('(');
      int close = text.lastIndexOf(')');
      String[] rest = text.substring(close + 2).split(" ", 3);
      return new ProcessState(
          text.substring(open + 1, close), rest[0].charAt(0), Long.parseLong(rest[1]));
    } catch (ErrnoException | IndexOutOfBoundsException _) {
      return null; // it ended meanwhile
    }
  }

  private void reap(int pid) {
    try {
      libc.waitpid(pid, LibC.WNOHANG);
    } catch (ErrnoException _) {
      // Somebody else did.
    }
  }

  @Override
  public void signal(long process, Signal signal) {
    try {
      libc.kill((int) process, signal.number());
    } catch (ErrnoException _) {
      // It is gone.
    }
  }

  @Override
  public Relay relay() {
    return SignalRelay.open((name, child) -> {
      Signal signal = Signal.valueOf(name);
      if (signal != Signal.INT || !isInForeground()) {
        signal(child.process(), signal);
      }
    });
  }

  /** A key of the terminal sends its signal to the whole foreground group, the program included. */
  private boolean isInForeground() {
    try {
      String text = SystemFile.readText(libc, "/proc/self/stat");
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", 7);
      return !fields[4].equals("0") && fields[2].equals(fields[5]); // tty_nr; pgrp and tpgid
    } catch (ErrnoException _) {
      return false;
    }
  }

  @Override
  public List<byte[]> workingDirectories() {
    List<byte[]> paths = new ArrayList<>();
    String[] names = new File("/proc").list();
    for (String name : names == null ? new String[0] : names) {
      if (Character.isDigit(name.charAt(0))) {
        try {
          byte[] link = ("/proc/" + name + "/cwd").getBytes(StandardCharsets.US_ASCII);
          paths.add(libc.readlinkat(LibC.AT_FDCWD, link));
        } catch (ErrnoException _) {
          // Ended, a thread of the kernel, or not ours to see.
        }
      }
    }
    return paths;
  }

  // ---- the shell -------------------------------------------------------------------------------

  @Override
  public Shell shell(List<String> before) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add("sh");
    if (find("setsid").isPresent()) {
      command.addFirst(find("setsid").get());
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    // The newer system calls take no option longer than 256 bytes.
    builder.environment().put("LIBMOUNT_FORCE_MOUNT2", "always");
    builder.directory(new File("/"));
    return new Coprocess(builder.start());
  }

  private static final class Coprocess implements Shell {
    private static final String END = "holdfast-end ";

    private final Process process;
    private final OutputStream in;
    private final BufferedReader out;

    Coprocess(Process process) {
      this.process = process;
      this.in = process.getOutputStream();
      this.out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @Override
    public long process() {
      return process.pid();
    }

    @Override
    public Result run(byte[] line) throws IOException {
      StringBuilder output = new StringBuilder();
      try {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("{ ".getBytes(StandardCharsets.US_ASCII));
        text.writeBytes(line);
        text.writeBytes(
            ("\n} </dev/null 2>&1; s=$?; echo; echo " + END + "$s\n")
                .getBytes(StandardCharsets.US_ASCII));
        in.write(text.toByteArray());
        in.flush();
      } catch (IOException _) {
        // It has ended, and said why.
      }
      while (true) {
        String read = out.readLine();
        if (read == null) {
          return new Result(-1, output.toString());
        }
        if (read.startsWith(END)) {
          return new Result(
              Integer.parseInt(read.substring(END.length()).strip()), output.toString());
        }
        output.append(read).append('\n');
      }
    }

    @Override
    public void close() {
      try {
        in.close();
        process.waitFor();
      } catch (IOException _) {
        // It is gone.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
