package dev.holdfast.journal;

import dev.holdfast.disk.Stat;
import java.time.Instant;

/**
 * Which inode an entry was, on its own file system. Never st_dev, which changes at a reboot; the
 * birth time tells a reused inode number from the old one where the file system has birth times.
 *
 * @param inode the inode number
 * @param born btime, {@link Instant#EPOCH} where unknown
 */
public record FileIdentity(long inode, Instant born) {

  /** Returns the identity of what {@code stat} describes. */
  public static FileIdentity of(Stat stat) {
    return new FileIdentity(stat.inode(), stat.born());
  }

  /** Returns whether {@code stat} describes this inode. */
  public boolean is(Stat stat) {
    return inode == stat.inode() && born.equals(stat.born());
  }
}
