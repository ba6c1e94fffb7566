package dev.holdfast.disk;

/** The kinds of directory entry that Linux has. */
public enum FileType {
  FILE,
  DIRECTORY,
  SYMLINK,
  FIFO,
  CHARACTER_DEVICE,
  BLOCK_DEVICE,
  SOCKET
}
