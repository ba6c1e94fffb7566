import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Prepares jars, in place, for the virtual machine's cache for quick start-up.
 *
 * <ul>
 *   <li>Class files below version 50 are verified in a way that the cache can't keep, and left out of
 *       it. They are raised to version 52 (Java 8). What that needs beside the number are the stack
 *       maps, which {@link ClassFile} computes.
 *   <li>A sealed package in the cache is refused at start-up as "already defined". The seal is taken
 *       off; it keeps other jars from adding classes, and there are no others.
 * </ul>
 *
 * <p>A single source file, run by {@code java PrepareJars.java JAR...} when the program is packaged.
 */
final class PrepareJars {
  private static final int TOO_OLD = 50;
  private static final int RAISED = 52;
  private static final int MAJOR_VERSION_AT = 6;

  public static void main(String[] jars) throws IOException {
    for (String jar : jars) {
      prepare(Path.of(jar));
    }
  }

  private static void prepare(Path jar) throws IOException {
    Path prepared = jar.resolveSibling(jar.getFileName() + ".prepared");
    int count = 0;
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        ZipFile in = new ZipFile(jar.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(prepared))) {
      ClassFile classFile =
          ClassFile.of(
              ConstantPoolSharingOption.NEW_POOL,
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(loader)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      ClassTransform transform =
          ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
              .andThen(ClassTransform.endHandler(builder -> builder.withVersion(RAISED, 0)));
      for (ZipEntry entry : List.copyOf(in.stream().toList())) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class")
            && ByteBuffer.wrap(bytes).getShort(MAJOR_VERSION_AT) < TOO_OLD) {
          bytes = classFile.transformClass(classFile.parse(bytes), transform);
          count++;
        }
        if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
          byte[] unsealed = unseal(bytes);
          count += unsealed.length == bytes.length ? 0 : 1;
          bytes = unsealed;
        }
        ZipEntry written = new ZipEntry(entry.getName());
        written.setTime(entry.getTime());
        out.putNextEntry(written);
        out.write(bytes);
        out.closeEntry();
      }
    }
    if (count == 0) {
      Files.delete(prepared);
    } else {
      Files.move(prepared, jar, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static byte[] unseal(byte[] manifest) {
    return new String(manifest, StandardCharsets.UTF_8)
        .replaceAll("(?m)^Sealed: true\\R", "")
        .getBytes(StandardCharsets.UTF_8);
  }
}
