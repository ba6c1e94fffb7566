package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Resolves an absolute path as the kernel does: follows links, crosses mounts. */
final class PathWalk {
  private static final int MAX_LINKS = 40;

  /** A place reached: its inode, and the name that led to it. */
  private record Place(int volume, long inode, AbsolutePath path) {}

  private final Machine machine;
  private final AbsolutePath wanted;
  private final List<Place> places = new ArrayList<>();
  private final Deque<byte[]> rest = new ArrayDeque<>();
  private int links;

  /** Walks {@code wanted} to its end. */
  PathWalk(Machine machine, AbsolutePath wanted) throws DiskException {
    this.machine = machine;
    this.wanted = wanted;
    places.add(new Place(0, Image.ROOT, AbsolutePath.ROOT));
    push(wanted.bytes());
    while (!rest.isEmpty()) {
      step(rest.pop());
    }
  }

  int volume() {
    return places.getLast().volume;
  }

  long inode() {
    return places.getLast().inode;
  }

  /** Returns the path reached, without links. */
  AbsolutePath path() {
    return places.getLast().path;
  }

  boolean isDirectory() {
    return at(places.getLast()).isDirectory();
  }

  private Inode at(Place place) {
    return machine.volume(place.volume).cache().get(place.inode);
  }

  private void push(byte[] path) {
    int end = path.length;
    for (int i = path.length - 1; i >= -1; i--) {
      if (i == -1 || path[i] == '/') {
        if (i + 1 < end) {
          rest.push(java.util.Arrays.copyOfRange(path, i + 1, end));
        }
        end = i;
      }
    }
  }

  private void step(byte[] name) throws DiskException {
    Place here = places.getLast();
    if (!at(here).isDirectory()) {
      throw failed(DiskError.NOT_DIRECTORY);
    }
    boolean dot = name.length == 1 && name[0] == '.';
    boolean dots = name.length == 2 && name[0] == '.' && name[1] == '.';
    if (dot) {
      return;
    }
    if (dots) {
      if (places.size() > 1) {
        places.removeLast();
      }
      return;
    }
    EntryName entry = EntryName.of(name);
    long id = machine.volume(here.volume).cache().lookUp(here.inode, entry);
    if (id == 0) {
      throw failed(DiskError.NOT_FOUND);
    }
    Inode inode = machine.volume(here.volume).cache().get(id);
    if (inode.type() == FileType.SYMLINK) {
      follow(inode.identity().target().raw());
      return;
    }
    int mounted = machine.mountedOn(here.volume, id);
    places.add(
        mounted < 0
            ? new Place(here.volume, id, here.path.resolve(entry))
            : new Place(mounted, Image.ROOT, here.path.resolve(entry)));
  }

  private void follow(byte[] target) throws DiskException {
    links++;
    if (links > MAX_LINKS) {
      throw failed(DiskError.SYMLINK);
    }
    if (target[0] == '/') {
      places.subList(1, places.size()).clear();
    }
    push(target);
  }

  private DiskException failed(DiskError error) {
    return new DiskException(error, "open", wanted.toString());
  }
}
