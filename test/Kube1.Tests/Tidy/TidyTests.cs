using System.Text.RegularExpressions;
using Kube1.Api.Schema;

namespace Kube1.Tests.Tidy;

/// <summary>The habits of the code that a machine can check. A finding names the file and the line.</summary>
public sealed partial class TidyTests
{
    private const int MaxFileLines = 420;
    private const int MaxLineLength = 140;
    private const int MaxFunctionLines = 90;

    private static readonly string[] BannedNames = ["Utils", "Helpers", "Helper", "Common", "Manager", "Misc"];

    private static readonly string Root = FindRoot();

    [Test]
    public void SourceFiles_AreNotTooLong() =>
        Expect(Sources().Select(f => (f, Lines: File.ReadAllLines(f).Length)).Where(x => x.Lines > MaxFileLines)
            .Select(x => $"{Relative(x.f)}: {x.Lines} lines; which concept wants to move out?"));

    [Test]
    public void Lines_AreNotTooLong() =>
        Expect(Sources().SelectMany(f => File.ReadLines(f)
            .Select((line, i) => (line, i))
            .Where(x => x.line.Length > MaxLineLength && !IsTableRow(f, x.line))
            .Select(x => $"{Relative(f)}:{x.i + 1}: {x.line.Length} columns")));

    [Test]
    public void Names_SayWhatTheyAre() =>
        Expect(Sources()
            .SelectMany(f => BannedNames.Where(b => Path.GetFileNameWithoutExtension(f).EndsWith(b, StringComparison.Ordinal)
                    || Path.GetDirectoryName(f)!.Split(Path.DirectorySeparatorChar).Contains(b))
                .Select(b => $"{Relative(f)}: '{b}' names no concept")));

    [Test]
    public void Namespaces_FollowFolders() =>
        Expect(Sources().Where(f => !f.EndsWith("Program.cs", StringComparison.Ordinal)).Select(NamespaceMismatch).OfType<string>());

    [Test]
    public void Loops_AreAwaited() =>
        Expect(Find(AsyncVoid(), "async void: nobody awaits it").Concat(Find(Discarded(), "a discarded task: nobody awaits it")));

    [Test]
    public void Errors_AreNotSwallowed() => Expect(Find(EmptyCatch(), "an empty broad catch swallows errors"));

    [Test]
    public void Work_IsFinished() => Expect(Find(Unfinished(), "unfinished work"));

    [Test]
    public void Functions_AreNotTooLong() => Expect(Sources().SelectMany(LongFunctions));

    [Test]
    public void Platform_IsAskedOnlyUnderRuntimesAndAtComposition() =>
        // File modes are the exception: .NET throws for them on Windows, so the two classes that set them must ask.
        Expect(Sources("pkg").Where(f => Path.GetFileName(f) is not ("PrivateFiles.cs" or "PemFiles.cs"))
            .SelectMany(f => Matches(f, PlatformQuestion(), "which system it is decides runtimes/ or cmd/")));

    /// <summary>A row of a test's table is as long as the text that it is about.</summary>
    private static bool IsTableRow(string file, string line) =>
        Relative(file).StartsWith("test/", StringComparison.Ordinal) && line.Contains('"', StringComparison.Ordinal);

    private static IEnumerable<string> LongFunctions(string file)
    {
        var lines = File.ReadAllLines(file);
        var start = -1;
        for (var i = 0; i < lines.Length; i++)
        {
            // Members of a file-scoped type stand at four columns; their closing brace does too.
            if (lines[i] == "    {")
            {
                start = i;
            }
            else if (lines[i] == "    }" && start >= 0)
            {
                var signature = lines[Math.Max(0, start - 1)];
                if (i - start > MaxFunctionLines && !signature.Contains("class ", StringComparison.Ordinal)
                    && !signature.Contains("struct ", StringComparison.Ordinal))
                {
                    yield return $"{Relative(file)}:{start + 1}: a function of {i - start} lines";
                }

                start = -1;
            }
        }
    }

    private static string? NamespaceMismatch(string file)
    {
        var relative = Relative(file);
        var folder = Path.GetDirectoryName(relative)!.Replace('\\', '/');
        var declared = NamespaceLine().Match(File.ReadAllText(file)).Groups[1].Value;
        var expected = folder.Split('/') switch
        {
            ["cmd", "kube1", .. var rest] => Join("Kube1.Cmd", rest),
            ["pkg", .. var rest] => Join("Kube1", rest),
            ["runtimes", .. var rest] => Join("Kube1.Runtimes", rest),
            ["test", var project, .. var rest] => Join(project, rest),
            ["build", .. var rest] => Join("Kube1.Build", rest),
            _ => declared,
        };
        return declared.Length == 0 || declared == expected || folder.EndsWith("Models/Generated", StringComparison.Ordinal)
            ? null
            : $"{relative}: namespace {declared}, folder says {expected}";

        static string Join(string head, string[] rest) => string.Join('.', [head, .. rest]);
    }

    [Test]
    public void ValidationDocument_NamesEveryStoredKind()
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs", "validation.md"));
        Expect(ResourceCatalog.All.Where(r => r.Verbs.Contains("create")).Select(r => r.Kind.Kind).Distinct()
            .Where(kind => !Regex.IsMatch(document, $@"^\|[^|]*\b{kind}\b", RegexOptions.Multiline)));
    }

    private static IEnumerable<string> Find(Regex pattern, string what) =>
        Sources().Where(f => !f.EndsWith("TidyTests.cs", StringComparison.Ordinal)).SelectMany(f => Matches(f, pattern, what));

    private static IEnumerable<string> Matches(string file, Regex pattern, string what)
    {
        var text = File.ReadAllText(file);
        return pattern.Matches(text)
            .Select(m => $"{Relative(file)}:{text.AsSpan(0, m.Index).Count('\n') + 1}: {what}: {m.Value.Trim()}");
    }

    private static IEnumerable<string> Sources(params string[] folders) =>
        (folders.Length > 0 ? folders : ["cmd", "pkg", "runtimes", "test", "build"])
            .Select(folder => Path.Combine(Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(f => !Relative(f).Split('/', '\\').Any(part => part is "bin" or "obj" or "Generated"));

    private static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests must run from inside a checkout");
    }

    private static void Expect(IEnumerable<string> findings)
    {
        var list = findings.ToList();
        Assert.That(list, Is.Empty, string.Join(Environment.NewLine, list));
    }

    [GeneratedRegex(@"\basync void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"(?<![\w.])_ = (Task\.Run|\w+Async)\(")]
    private static partial Regex Discarded();

    [GeneratedRegex(@"catch(?:\s*\(Exception(?: \w+)?\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\b(OperatingSystem\.Is|RuntimeInformation\.IsOSPlatform)\w*")]
    private static partial Regex PlatformQuestion();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
