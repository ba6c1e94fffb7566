package dev.holdfast.process;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The operating system's processes, as far as wrapping a command needs them. Injected, like {@link
 * dev.holdfast.disk.Disk}. Words of a command line are bytes.
 */
public interface Processes {

  /**
   * Makes orphaned descendants children of this process (a subreaper), so that none that outlives
   * its parent gets out of sight.
   */
  void adoptOrphans() throws IOException;

  /**
   * Returns where a program of the system is: in the system's own folders, else on the path.
   *
   * @param name its name, without a folder
   */
  Optional<String> find(String name);

  /**
   * Starts a program that has this process's standard streams, every other descriptor that was
   * inherited, environment, working directory, umask and signal mask.
   *
   * @param command the program's absolute path, and its arguments
   * @param variables further variables, each {@code NAME=VALUE}, in place of those of the same name
   * @throws IOException if it could not be started
   */
  Child start(List<byte[]> command, List<byte[]> variables) throws IOException;

  /**
   * Starts a shell that takes commands from us, in a session of its own so that no key of the
   * terminal reaches it. It ends when this process does.
   *
   * @param before the programs before {@code sh}, such as unshare with its options
   */
  Shell shell(List<String> before) throws IOException;

  /**
   * Returns the descendants of this process that are alive, oldest first, without {@code except}.
   */
  List<Survivor> survivors(List<Long> except);

  /**
   * Returns whether this process has a child, alive or ended and not yet asked for. One that has
   * ended is asked for, and so is gone for whoever else waits for it.
   */
  boolean hadChildren();

  /** Sends a signal to a process; one that is gone is none. */
  void signal(long process, Signal signal);

  /**
   * Keeps signals from this process until the result is closed, and hands them on to the program
   * that it is told of, if need be later: SIGTERM and SIGHUP always, SIGINT unless the terminal has
   * sent it to everybody already. To be opened before the program is started.
   */
  Relay relay();

  /** Returns the paths that running processes work in, as far as they can be seen. */
  List<byte[]> workingDirectories();

  /** A signal, by the name that shells use. */
  enum Signal {
    TERM(15),
    KILL(9),
    HUP(1),
    INT(2);

    private final int number;

    Signal(int number) {
      this.number = number;
    }

    /** Returns its number. */
    public int number() {
      return number;
    }
  }

  /**
   * A descendant that is alive.
   *
   * @param process its id
   * @param name what it calls itself
   */
  record Survivor(long process, String name) {
    @Override
    public String toString() {
      return process + " (" + name + ")";
    }
  }

  /** A program that was started. */
  interface Child {
    /** Returns its process's id. */
    long process();

    /** Waits for its end and returns its exit status as a shell does: 128 + N after signal N. */
    int await() throws IOException;
  }

  /** Signals are handed on while this is open. */
  interface Relay extends AutoCloseable {
    /** Says whom they are for. */
    void to(Child child);

    @Override
    void close();
  }

  /** A shell that runs one command after the other. */
  interface Shell extends AutoCloseable {
    /** Returns its process's id. */
    long process();

    /** What a command came to: its exit status and all that it printed. */
    record Result(int status, String output) {
      /** Returns whether it succeeded. */
      public boolean isDone() {
        return status == 0;
      }

      /** Returns the last line that it printed that says why. */
      public String reason() {
        String last =
            output
                .strip()
                .lines()
                .map(String::strip)
                .filter(line -> !line.startsWith("dmesg(1)")) // mount(8)'s advice
                .reduce("", (_, line) -> line);
        return last.isEmpty() ? "status " + status : last;
      }
    }

    /** Runs a line of shell, with nothing on its stdin. */
    Result run(byte[] line) throws IOException;

    /** Ends it, and with it its namespace if nothing else is in there. */
    @Override
    void close();
  }
}
