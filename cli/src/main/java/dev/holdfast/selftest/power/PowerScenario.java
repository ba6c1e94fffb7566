package dev.holdfast.selftest.power;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.engine.Holdfast;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trees, and transactions of Holdfast on them.
 *
 * @param roots where they are: the device, and the path on it
 * @param isRegistered whether the roots are under care before the recording
 */
public record PowerScenario(
    String name,
    int devices,
    List<Place> roots,
    boolean isRegistered,
    Preparation preparation,
    List<Update> updates) {

  /** A path on a device. */
  record Place(int device, String path) {}

  /** Where things are, once the devices are mounted. */
  record Layout(Rig rig) {
    AbsolutePath at(Place place) {
      return at(place.device, place.path);
    }

    AbsolutePath at(int device, String path) {
      return AbsolutePath.of(rig.point(device) + path);
    }

    /** Returns the state directory, on the first device. */
    AbsolutePath state() {
      return at(0, "/var/holdfast");
    }

    /** Returns a tree that is on none of the devices. */
    AbsolutePath source(String name) {
      return AbsolutePath.of(rig.folder().resolve("source-" + name).toString());
    }
  }

  /** Makes what is there before. */
  @FunctionalInterface
  interface Preparation {
    /** Makes it. */
    void make(Disk disk, Layout layout) throws IOException;
  }

  /** What updates by the library share: one engine, opened by the first one. */
  static final class Session implements AutoCloseable {
    private final Disk disk;
    private final Layout layout;
    private @Nullable Holdfast holdfast;

    Session(Disk disk, Layout layout) {
      this.disk = disk;
      this.layout = layout;
    }

    /** Returns what the engine works on. */
    Disk disk() {
      return disk;
    }

    Layout layout() {
      return layout;
    }

    Holdfast holdfast() throws IOException {
      if (holdfast == null) {
        holdfast = Holdfast.openWithoutRecovery(disk, layout.state());
      }
      return holdfast;
    }

    @Override
    public void close() {
      if (holdfast != null) {
        holdfast.close();
      }
    }
  }

  /** One transaction, committed when this returns. */
  @FunctionalInterface
  interface Update {
    /** Runs it. */
    void run(Session session) throws IOException;
  }

  public List<AbsolutePath> roots(Layout layout) {
    return roots.stream().map(layout::at).toList();
  }

  /** Returns the command line of the program in a process of its own. */
  public static List<String> program(Layout layout, String... words) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "HOLDFAST_STATE=" + layout.state()));
    command.addAll(Rig.javaCommand());
    command.add("dev.holdfast.cli.Main");
    command.addAll(List.of(words));
    return command;
  }

  /** Returns an update by the program in a process of its own. */
  static Update byProgram(Words words) {
    return session -> Shell.succeed(program(session.layout(), words.of(session.layout())));
  }

  /** The words of a command line. */
  @FunctionalInterface
  interface Words {
    /** Returns them. */
    String[] of(Layout layout);
  }

  /** Returns the path as a file's path. */
  public static Path file(AbsolutePath path) {
    return Path.of(path.toString());
  }

  @Override
  public String toString() {
    return name;
  }
}
