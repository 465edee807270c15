using Kube1.Cluster.Configuration;

namespace Kube1.Tests.Cluster.Configuration;

public sealed class ReadmeTests
{
    [Test]
    public void Readme_Settings_AreThoseOfTheCatalog()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests must run from inside a checkout");
        }

        var readme = File.ReadAllLines(Path.Combine(folder.FullName, "README.md"));
        Assert.That(SettingCatalog.All.Select(Row).Where(row => !readme.Contains(row)), Is.Empty, "rows that README.md lacks");
    }

    private static string Row(Setting setting)
    {
        var value = setting.ValueName.Length == 0 ? "" : " " + setting.ValueName;
        var scope = setting.Scope switch
        {
            SettingScope.Both => "server, agent",
            SettingScope.Server => "server",
            _ => "agent",
        };
        return $"| `{setting.Name}{value}` | {scope} | {setting.Description} |";
    }
}
