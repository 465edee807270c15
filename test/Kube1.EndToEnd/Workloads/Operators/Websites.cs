using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>The definition that the tests of this namespace share; those that change or delete one have their own.</summary>
[SetUpFixture]
public sealed class Websites
{
    internal static WebsiteDefinition Definition { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task DefineAsync() => Definition = await WebsiteDefinition.CreateAsync("market.example.com", "website");

    [OneTimeTearDown]
    public async Task DeleteAsync()
    {
        if (Definition is not null)
        {
            await Definition.DisposeAsync();
        }
    }

    /// <summary>The words of a table, with one space between them.</summary>
    internal static string Words(string table) =>
        string.Join(' ', table.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Starts a script that uses the Node client (Clients/testdata/node).</summary>
    internal static async Task<RunningProgram> StartScriptAsync(string script, string kubeconfig, params string[] arguments)
    {
        return new RunningProgram(Programs.Start(
            "node", [Path.Combine(await NodePackage.ClientAsync(), script), .. arguments],
            new Dictionary<string, string> { ["KUBECONFIG"] = kubeconfig }));
    }
}
