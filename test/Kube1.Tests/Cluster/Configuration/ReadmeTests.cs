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

        var told = new[] { "README.md", "docs/configuration.md" }
            .SelectMany(name => File.ReadAllLines(Path.Combine(folder.FullName, name)))
            .Where(line => line.Contains("| server | ") || line.Contains("| server, agent | ") || line.Contains("| agent | "));
        Assert.That(told, Is.EquivalentTo(SettingCatalog.All.Select(Row)), "each setting is in one of the two tables, once");
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
