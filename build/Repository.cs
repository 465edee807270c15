namespace Kube1.Build;

/// <summary>An expected failure of the build program: one sentence for the person who ran it.</summary>
internal sealed class BuildException(string message) : Exception(message);

internal static class Repository
{
    /// <summary>The checkout that this program was built from: the folder above that holds Kube1.sln.</summary>
    public static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
            {
                return folder.FullName;
            }
        }

        throw new BuildException("Kube1.sln is not in any folder above this program: run build.sh from a checkout");
    }
}
