namespace Kube1.Tests.Cel;

/// <summary>
/// The language, case by case: the tables of testdata cover every operator, macro and standard function, every kind of
/// error, and costs. What they say is taken from the specification's conformance tests and from upstream's behaviour.
/// </summary>
[TestFixture]
internal sealed class LanguageTests
{
    public static IEnumerable<TestCaseData> Cases() => Directory.EnumerateFiles(Folder(), "*.txt", SearchOption.AllDirectories).Order()
        .SelectMany(CelCase.Read)
        .Select(one => new TestCaseData(one).SetName($"Compile_{one.Table}_{one.Line}_AsTheTableSays"));

    [TestCaseSource(nameof(Cases))]
    public void Compile_Case_AsTheTableSays(object testCase)
    {
        var one = (CelCase)testCase;

        Assert.That(one.Run(), Is.Null, one.ToString());
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "test", "Kube1.Tests", "Cel", "testdata");
    }
}
