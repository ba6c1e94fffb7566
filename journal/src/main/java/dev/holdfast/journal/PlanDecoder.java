package dev.holdfast.journal;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Decodes one plan, and accepts nothing but what {@link PlanEncoder} writes. */
final class PlanDecoder {
  private static final int LEAST_ROOT = 13;
  private static final int LEAST_OPERATION = 15;
  private static final int LEAST_TIME = 15;

  /** Rough sizes of what is decoded, in bytes of heap, so as never to run out of it. */
  private static final int HEAP_PER_OPERATION = 480;

  private static final int HEAP_PER_ATTRIBUTE = 64;
  private static final double USABLE_HEAP = 0.6;

  private final CanonicalReader in;
  private final List<SortedMap<String, ByteString>> attributeSets = new ArrayList<>();
  private final Set<SortedMap<String, ByteString>> knownSets = new HashSet<>();
  private final Track staged = new Track();
  private final Track existing = new Track();
  private long heapLeft = (long) (USABLE_HEAP * Runtime.getRuntime().maxMemory());
  private long lastBefore;
  private long lastAfter;
  private byte[] lastPath = {};
  private int lastRoot;
  private int lastSlot;
  private int roots;

  private static final class Track {
    long inode;
    long born;
  }

  PlanDecoder(byte[] encoded) {
    this.in = new CanonicalReader(encoded, "the plan");
  }

  Plan decode() throws JournalException {
    int version = in.u8();
    if (version > PlanCodec.VERSION) {
      throw new JournalException(
          JournalException.Reason.NEWER,
          "the plan is of version " + version + ", which this program does not know");
    }
    if (version == 0) {
      throw in.damaged("there is no version 0");
    }
    TransactionId id = id(in.text());
    long sequence = in.number(Long.MAX_VALUE);
    UUID journal = new UUID(in.u64(), in.u64());
    DurabilityMode mode = in.flag() ? DurabilityMode.STRICT : DurabilityMode.MERGED;
    roots = in.count(LEAST_ROOT);
    List<PlannedRoot> plannedRoots = new ArrayList<>();
    for (int i = 0; i < roots; i++) {
      plannedRoots.add(
          new PlannedRoot(
              absolute(in.bytes()),
              absolute(in.bytes()),
              in.text(),
              new FileIdentity(in.u64(), in.instant()),
              in.flag()));
    }
    int operations = in.count(LEAST_OPERATION);
    spend((long) operations * HEAP_PER_OPERATION);
    List<FileOperation> planned = new ArrayList<>(operations);
    for (int i = 0; i < operations; i++) {
      planned.add(operation());
    }
    int times = in.count(LEAST_TIME);
    spend((long) times * HEAP_PER_OPERATION / 2);
    List<DirectoryTime> directoryTimes = new ArrayList<>(times);
    for (int i = 0; i < times; i++) {
      directoryTimes.add(directoryTime());
    }
    in.expectEnd();
    return new Plan(id, sequence, journal, mode, plannedRoots, planned, directoryTimes);
  }

  private TransactionId id(String text) throws JournalException {
    try {
      return new TransactionId(text);
    } catch (IllegalArgumentException e) {
      throw in.damaged(String.valueOf(e.getMessage()));
    }
  }

  private AbsolutePath absolute(byte[] bytes) throws JournalException {
    try {
      AbsolutePath path = AbsolutePath.of(bytes);
      if (Arrays.equals(path.bytes(), bytes)) {
        return path;
      }
    } catch (IllegalArgumentException _) {
      // as below
    }
    throw in.damaged("not an absolute path");
  }

  private FileOperation operation() throws JournalException {
    int head = in.u8();
    int kind = head & PlanEncoder.KIND_MASK;
    boolean hasSlot = kind <= PlanEncoder.DELETE;
    int known =
        PlanEncoder.KIND_MASK | PlanEncoder.SAME_ROOT | (hasSlot ? PlanEncoder.NEXT_SLOT : 0);
    if ((head & ~known) != 0 || kind > PlanEncoder.SET_ATTRIBUTES) {
      throw in.damaged("no such operation");
    }
    int root = root(head);
    RelativePath path = path();
    int slot = hasSlot ? slot(head) : 0;
    return switch (kind) {
      case PlanEncoder.CREATE -> {
        RelativePath within = within();
        yield new FileOperation.Create(root, path, facts(false), identity(staged), slot, within);
      }
      case PlanEncoder.REPLACE ->
          new FileOperation.Replace(
              root, path, facts(true), identity(existing), facts(false), identity(staged), slot);
      case PlanEncoder.DELETE ->
          new FileOperation.Delete(root, path, facts(true), identity(existing), slot);
      case PlanEncoder.MOVE ->
          new FileOperation.Move(root, path, path(), facts(true), identity(existing));
      default ->
          new FileOperation.SetAttributes(
              root, path, facts(true), facts(false), identity(existing));
    };
  }

  private DirectoryTime directoryTime() throws JournalException {
    int head = in.u8();
    if ((head & ~PlanEncoder.SAME_ROOT) != 0) {
      throw in.damaged("no such directory time");
    }
    return new DirectoryTime(root(head), path(), identity(existing), before(), after());
  }

  private int root(int head) throws JournalException {
    if ((head & PlanEncoder.SAME_ROOT) == 0) {
      int root = (int) in.number(Integer.MAX_VALUE);
      if (root == lastRoot) {
        throw in.damaged("the same root, named again");
      }
      lastRoot = root;
    }
    if (lastRoot >= roots) {
      throw in.damaged("there is no root " + lastRoot);
    }
    return lastRoot;
  }

  private RelativePath path() throws JournalException {
    lastPath = shortened();
    return relative(lastPath);
  }

  private byte[] shortened() throws JournalException {
    int shared = in.u8();
    byte[] rest = in.bytes();
    if (shared > lastPath.length) {
      throw in.damaged("a path shares more than there is");
    }
    spend(shared);
    byte[] path = Arrays.copyOf(lastPath, Math.addExact(shared, rest.length));
    System.arraycopy(rest, 0, path, shared, rest.length);
    if (PlanEncoder.shared(lastPath, path) != shared) {
      throw in.damaged("a path shares less than it could");
    }
    return path;
  }

  private RelativePath relative(byte[] bytes) throws JournalException {
    try {
      return RelativePath.of(bytes);
    } catch (IllegalArgumentException _) {
      throw in.damaged("not a relative path");
    }
  }

  private int slot(int head) throws JournalException {
    int slot = lastSlot + 1;
    if ((head & PlanEncoder.NEXT_SLOT) == 0) {
      slot = (int) in.number(Integer.MAX_VALUE);
      if (slot == lastSlot + 1) {
        throw in.damaged("the next slot, named again");
      }
    } else if (slot < 0) {
      throw in.damaged("too many slots");
    }
    lastSlot = slot;
    return slot;
  }

  private RelativePath within() throws JournalException {
    long code = in.number(Integer.MAX_VALUE);
    if (code == 0) {
      return RelativePath.EMPTY;
    }
    byte[] path = lastPath;
    if (code > 1) {
      int length = (int) code - 1;
      if (!PlanEncoder.isTail(path, length)) {
        throw in.damaged("no such end of a path");
      }
      return relative(Arrays.copyOfRange(path, path.length - length, path.length));
    }
    byte[] bytes = in.bytes();
    boolean tail =
        PlanEncoder.isTail(path, bytes.length)
            && Arrays.equals(path, path.length - bytes.length, path.length, bytes, 0, bytes.length);
    if (tail || bytes.length == 0) {
      throw in.damaged("a path is longer than it need be");
    }
    return relative(bytes);
  }

  private Facts facts(boolean before) throws JournalException {
    int flags = in.u8();
    FileType type = type(flags & PlanEncoder.TYPE_MASK);
    int mode = unsignedInt();
    int uid = unsignedInt();
    int gid = unsignedInt();
    long size = in.number(Long.MAX_VALUE);
    Instant modified = before ? before() : after();
    ContentDigest digest =
        (flags & PlanEncoder.HAS_DIGEST) != 0 ? ContentDigest.of(in.raw(32)) : null;
    ByteString link = (flags & PlanEncoder.HAS_LINK) != 0 ? ByteString.of(in.bytes()) : null;
    @Nullable RelativePath hardlink =
        (flags & PlanEncoder.HAS_HARDLINK) != 0 ? relative(shortened()) : null;
    long deviceNumber = (flags & PlanEncoder.HAS_DEVICE_NUMBER) != 0 ? deviceNumber() : 0;
    SortedMap<String, ByteString> attributes =
        (flags & PlanEncoder.HAS_ATTRIBUTES) != 0 ? attributes() : new TreeMap<>();
    return new Facts(
        type, mode, uid, gid, size, modified, digest, link, hardlink, deviceNumber, attributes);
  }

  private FileType type(int code) throws JournalException {
    for (FileType type : FileType.values()) {
      if (PlanEncoder.code(type) == code) {
        return type;
      }
    }
    throw in.damaged("no such type of file");
  }

  private int unsignedInt() throws JournalException {
    return (int) in.number(0xffffffffL);
  }

  private long deviceNumber() throws JournalException {
    long number = in.number();
    if (number == 0) {
      throw in.damaged("a device number of 0");
    }
    return number;
  }

  private SortedMap<String, ByteString> attributes() throws JournalException {
    int index = (int) in.number(attributeSets.size());
    if (index == attributeSets.size()) {
      attributeSets.add(newSet());
    }
    SortedMap<String, ByteString> set = attributeSets.get(index);
    spend((long) set.size() * HEAP_PER_ATTRIBUTE);
    return set;
  }

  private SortedMap<String, ByteString> newSet() throws JournalException {
    int size = in.count(2);
    SortedMap<String, ByteString> set = new TreeMap<>();
    byte[] last = {};
    for (int i = 0; i < size; i++) {
      CanonicalReader name = new CanonicalReader(in.bytes(), "the plan's attribute name");
      byte[] bytes = name.raw(name.remaining());
      if (i > 0 && Arrays.compareUnsigned(last, bytes) >= 0) {
        throw in.damaged("attributes out of order");
      }
      set.put(text(bytes), ByteString.of(in.bytes()));
      last = bytes;
    }
    if (set.isEmpty() || !knownSets.add(set)) {
      throw in.damaged("a set of attributes that need not be there");
    }
    return set;
  }

  private static String text(byte[] bytes) throws JournalException {
    return new CanonicalReader(
            new CanonicalWriter().bytes(bytes).toByteArray(), "the plan's attribute name")
        .text();
  }

  private FileIdentity identity(Track track) throws JournalException {
    track.inode += in.signed();
    track.born = plus(track.born, in.signed());
    return new FileIdentity(track.inode, in.instantAt(track.born));
  }

  private Instant before() throws JournalException {
    lastBefore = plus(lastBefore, in.signed());
    return in.instantAt(lastBefore);
  }

  private Instant after() throws JournalException {
    lastAfter = plus(lastAfter, in.signed());
    return in.instantAt(lastAfter);
  }

  private long plus(long seconds, long more) throws JournalException {
    long sum = seconds + more;
    if (((seconds ^ sum) & (more ^ sum)) < 0) {
      throw in.damaged("no such time");
    }
    return sum;
  }

  private void spend(long heap) throws JournalException {
    heapLeft -= heap;
    if (heapLeft < 0) {
      throw in.damaged("it would not fit into this program's memory");
    }
  }
}
