namespace Kube1.Tests.Admission;

/// <summary>The lines of testdata/pod-security.txt.</summary>
internal static class PodSecurityTable
{
    /// <summary>A level, a change of a sound pod, and what is wrong with the result; empty for nothing.</summary>
    public static IReadOnlyList<(string Level, string Change, string Expected)> Lines { get; } =
    [
        .. File.ReadLines(Path.Combine(Folder(), "pod-security.txt")).Where(l => l.Length > 0 && l[0] != '#')
            .Select(l => l.Split('\t')).Select(f => (f[0], f[1], f.ElementAtOrDefault(2) ?? "")),
    ];

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "test", "Kube1.Tests", "Admission", "testdata");
    }
}
