package dev.pennyworth.botsapi.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// Small classes that a test writes to see a rule at work. They are compiled into a folder of their
/// own, so that they may break every rule of the house and stand in any package.
final class Compiled {
  private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");
  private static final Pattern TYPE =
      Pattern.compile("(?:class|interface|record|enum|@interface) (\\w+)");

  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

  /// Never closed: opening the class path's jars again for each test took most of the time.
  private static final StandardJavaFileManager OPEN_JARS =
      COMPILER.getStandardFileManager(null, null, null);

  private Compiled() {}

  /// Compiles each text as a file of its own and reads what is below dev.pennyworth. The others are
  /// stand-ins for libraries that are not there.
  static JavaClasses in(Path folder, String... sources) throws IOException {
    var files = Stream.of(sources).map(source -> write(folder.resolve("source"), source)).toList();
    var classes = Files.createDirectories(folder.resolve("classes"));
    compile(files, classes);
    return new ClassFileImporter().importPath(classes.resolve("dev/pennyworth"));
  }

  private static Path write(Path folder, String source) {
    var packageName = first(PACKAGE, source);
    var type = TYPE.matcher(source).find() ? first(TYPE, source) : "package-info";
    var file = folder.resolve(packageName.replace('.', '/')).resolve(type + ".java");
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void compile(List<Path> files, Path classes) {
    var output = new StringWriter();
    var options = List.of("-d", classes.toString(), "-proc:none", "-nowarn");
    var units = OPEN_JARS.getJavaFileObjectsFromPaths(files);
    if (!COMPILER.getTask(output, OPEN_JARS, null, options, null, units).call()) {
      throw new IllegalStateException("the test's own source does not compile: " + output);
    }
  }

  private static String first(Pattern pattern, String source) {
    var matcher = pattern.matcher(source);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no " + pattern + " in " + source);
    }
    return matcher.group(1);
  }
}
