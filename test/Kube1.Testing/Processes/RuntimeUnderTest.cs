namespace Kube1.Testing.Processes;

/// <summary>
/// The containerd that the tests run kube1 with: the system's, unless KUBE1_TEST_RUNTIME names a folder with others
/// (containerd and containerd-shim-runc-v2, runc and CNI plugins too if wanted). See docs/testing.md.
/// </summary>
internal static class RuntimeUnderTest
{
    private const string Variable = "KUBE1_TEST_RUNTIME";

    /// <summary>
    /// Links what is in that folder into the `bin` of a data directory, where kube1 looks before it looks at the system.
    /// </summary>
    public static void LinkInto(string dataDirectory)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
        {
            return;
        }

        if (!File.Exists(Path.Combine(folder, "containerd")))
        {
            throw new InvalidOperationException($"{Variable} is {folder}, where no containerd is");
        }

        var bin = Directory.CreateDirectory(Path.Combine(dataDirectory, "bin")).FullName;
        foreach (var program in Directory.GetFiles(folder))
        {
            File.CreateSymbolicLink(Path.Combine(bin, Path.GetFileName(program)), Path.GetFullPath(program));
        }
    }
}
