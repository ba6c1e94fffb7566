package dev.holdfast.engine.source;

import dev.holdfast.journal.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * An entry as an archive has it: the header and its extensions put together, nothing judged.
 *
 * @param type tar's type flag; an old directory, which is a file with a slash, is {@code '5'}
 * @param name the name's bytes
 * @param link the link's target, or empty
 * @param mode permission bits
 * @param uid the owner's number
 * @param gid the group's number
 * @param modified mtime
 * @param size bytes of a regular file, holes included
 * @param extents the bytes that are in the archive
 * @param deviceNumber of a device node
 * @param extendedAttributes by name
 * @param accessAcl the access ACL's text, or null
 * @param defaultAcl the default ACL's text, or null
 */
record TarEntry(
    char type,
    ByteString name,
    ByteString link,
    int mode,
    int uid,
    int gid,
    Instant modified,
    long size,
    List<Extent> extents,
    long deviceNumber,
    SortedMap<String, ByteString> extendedAttributes,
    @Nullable ByteString accessAcl,
    @Nullable ByteString defaultAcl) {}
