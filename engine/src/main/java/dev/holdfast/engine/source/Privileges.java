package dev.holdfast.engine.source;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Host;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What of an entry's metadata this process may set, see capabilities(7). Seen once; immutable.
 *
 * @param uid the effective user
 * @param gid the effective group
 * @param groups the groups that the user is a member of
 * @param mayChown whether any owner and group may be set
 * @param mayMakeDevices whether device nodes may be made
 * @param maySetCapabilities whether a file may be given capabilities
 * @param maySetTrusted whether {@code trusted.*} and {@code security.*} attributes may be set
 */
public record Privileges(
    int uid,
    int gid,
    Set<Integer> groups,
    boolean mayChown,
    boolean mayMakeDevices,
    boolean maySetCapabilities,
    boolean maySetTrusted) {
  /** The numbers of linux/capability.h. */
  private static final int CAP_CHOWN = 0;

  private static final int CAP_SYS_ADMIN = 21;
  private static final int CAP_MKNOD = 27;
  private static final int CAP_SETFCAP = 31;

  /** What {@code /proc/self/uid_map} holds outside of user namespaces. */
  private static final String ALL_USERS = "0 0 4294967295";

  private static final String EVM = "security.evm";

  /** What security modules put on every inode by themselves, and let nobody remove. */
  private static final Set<String> LABELS =
      Set.of("security.selinux", "security.apparmor", "security.ima", EVM);

  private static final String LABEL_PREFIX = "security.SMACK64";

  private static final String CAPABILITY = "security.capability";

  /** Copies the set. */
  public Privileges {
    groups = Set.copyOf(groups);
  }

  /**
   * Returns those of this process: from {@code /proc/self/status}, or, where that cannot be read,
   * everything for root and nothing for anyone else. The root of a user namespace may neither make
   * devices nor set {@code trusted.*}.
   */
  public static Privileges of(Disk disk) {
    Host host = disk.host();
    Optional<String> status = ownText(disk, "status");
    boolean outermost =
        ownText(disk, "uid_map")
            .map(map -> map.strip().replaceAll("\\s+", " ").equals(ALL_USERS))
            .orElse(true);
    long all = host.isRoot() ? -1 : 0;
    long capabilities =
        status
            .flatMap(text -> field(text, "CapEff"))
            .map(hex -> Long.parseUnsignedLong(hex, 16))
            .orElse(all);
    Set<Integer> groups =
        status
            .flatMap(text -> field(text, "Groups"))
            .map(Privileges::numbers)
            .orElseGet(() -> Set.of(host.gid()));
    return new Privileges(
        host.uid(),
        host.gid(),
        groups,
        has(capabilities, CAP_CHOWN),
        outermost && has(capabilities, CAP_MKNOD),
        has(capabilities, CAP_SETFCAP),
        outermost && has(capabilities, CAP_SYS_ADMIN));
  }

  private static boolean has(long capabilities, int bit) {
    return (capabilities >>> bit & 1) != 0;
  }

  private static Set<Integer> numbers(String text) {
    return Arrays.stream(text.split("\\s+"))
        .filter(number -> !number.isEmpty())
        .map(Integer::parseUnsignedInt)
        .collect(Collectors.toSet());
  }

  private static Optional<String> field(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst();
  }

  private static Optional<String> ownText(Disk disk, String name) {
    try (Directory self = disk.openDirectory(AbsolutePath.of("/proc/self"));
        DiskFile file = self.openToRead(EntryName.of(name))) {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = file.read(0, ByteBuffer.wrap(buffer));
          n > 0;
          n = file.read(text.size(), ByteBuffer.wrap(buffer))) {
        text.write(buffer, 0, n);
      }
      return Optional.of(text.toString(StandardCharsets.ISO_8859_1));
    } catch (DiskException _) {
      return Optional.empty();
    }
  }

  /** Returns whether an entry may be given this group. */
  public boolean maySetGroup(int group) {
    return mayChown || group == gid || groups.contains(group);
  }

  /** Returns whether an entry of this kind may be made. */
  public boolean mayMake(FileType type) {
    return switch (type) {
      case CHARACTER_DEVICE, BLOCK_DEVICE -> mayMakeDevices;
      case FILE, DIRECTORY, SYMLINK, FIFO, SOCKET -> true;
    };
  }

  /**
   * Returns whether an extended attribute of this name may be set and removed. Of {@code system.*}
   * only ACLs may be: the others are a file system's own. {@code security.evm} is the kernel's,
   * made for one inode.
   */
  public boolean maySetAttribute(String name) {
    if (name.startsWith("user.") || name.startsWith("system.posix_acl_")) {
      return true;
    }
    if (name.equals(CAPABILITY)) {
      return maySetCapabilities;
    }
    return maySetTrusted
        && !name.equals(EVM)
        && (name.startsWith("trusted.") || name.startsWith("security."));
  }

  /**
   * Returns whether an attribute is a security module's label, which an inode keeps where the
   * source says nothing of it.
   */
  public static boolean isLabel(String name) {
    return LABELS.contains(name) || name.startsWith(LABEL_PREFIX);
  }

  /** Returns whether this is the attribute that holds a file's capabilities. */
  static boolean isCapability(String name) {
    return name.equals(CAPABILITY);
  }
}
