package dev.holdfast.disk;

/** How a lock file is held: flock(2)'s two ways. */
public enum LockMode {
  SHARED,
  EXCLUSIVE
}
