package dev.holdfast.disk.linux;

import dev.holdfast.disk.EntryName;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Takes names out of the {@code struct linux_dirent64}s that getdents64(2) fills in. */
final class DirectoryListing {
  private static final int RECORD_LENGTH = 16; // d_ino and d_off come first
  private static final int NAME = 19; // d_reclen and d_type come before it

  private DirectoryListing() {}

  /** Adds the names in the first {@code filled} bytes, all but {@code .} and {@code ..}. */
  static void addNames(byte[] buffer, int filled, List<EntryName> to) {
    ByteBuffer records = ByteBuffer.wrap(buffer, 0, filled).order(ByteOrder.nativeOrder());
    int record = 0;
    while (record < filled) {
      int start = record + NAME;
      int end = start;
      while (buffer[end] != 0) {
        end++;
      }
      if (!isDots(buffer, start, end)) {
        to.add(EntryName.of(buffer, start, end));
      }
      record += Short.toUnsignedInt(records.getShort(record + RECORD_LENGTH));
    }
  }

  private static boolean isDots(byte[] buffer, int start, int end) {
    int length = end - start;
    return buffer[start] == '.' && (length == 1 || (length == 2 && buffer[start + 1] == '.'));
  }
}
