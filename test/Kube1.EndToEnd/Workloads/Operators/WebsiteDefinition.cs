using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>
/// The definition of Websites (testdata/website.yaml), by that name or another one, with its conversion webhook. Disposing deletes the
/// definition and all that was made by it.
/// </summary>
internal sealed class WebsiteDefinition : IAsyncDisposable
{
    private const string Template = "test/Kube1.EndToEnd/Workloads/Operators/testdata/website.yaml";

    private WebsiteDefinition(string group, string singular, ConversionServer conversion)
    {
        Group = group;
        Singular = singular;
        Conversion = conversion;
        Yaml = File.ReadAllText(Path.Combine(Checkout.Root, Template))
            .Replace("GROUP", group, StringComparison.Ordinal)
            .Replace("PLURAL", Plural, StringComparison.Ordinal)
            .Replace("SINGULAR", singular, StringComparison.Ordinal)
            .Replace("KIND", Kind, StringComparison.Ordinal)
            .Replace("SHORT", singular[..2], StringComparison.Ordinal)
            .Replace("URL", conversion.Url, StringComparison.Ordinal)
            .Replace("\"CA\"", conversion.CaBundle, StringComparison.Ordinal);
    }

    public string Group { get; }

    /// <summary>"website"</summary>
    public string Singular { get; }

    public string Plural => Singular + "s";

    public string Kind => char.ToUpperInvariant(Singular[0]) + Singular[1..];

    /// <summary>"websites.GROUP"</summary>
    public string Name => $"{Plural}.{Group}";

    public ConversionServer Conversion { get; }

    /// <summary>The manifest.</summary>
    public string Yaml { get; }

    /// <summary>Starts the webhook, applies the definition and waits until it is served.</summary>
    /// <param name="group">Its API group.</param>
    /// <param name="singular">What one object is called; no two definitions at a time may share it.</param>
    public static async Task<WebsiteDefinition> CreateAsync(string group, string singular)
    {
        var definition = new WebsiteDefinition(group, singular, await ConversionServer.StartAsync());
        try
        {
            var applied = await WorkloadCluster.Cluster.TryKubectlAsync(["apply", "-f", "-"], definition.Yaml);
            Assert.That(applied.Output, Is.EqualTo(
                $"customresourcedefinition.apiextensions.k8s.io/{definition.Name} created\n"), applied.ToString());
            await WorkloadCluster.Cluster.KubectlAsync(
                "wait", "crd/" + definition.Name, "--for=condition=Established", "--timeout=60s");
            // kubectl keeps what it knows of an API on its disk, and this makes it look again.
            await WorkloadCluster.Cluster.KubectlAsync("api-resources");
            return definition;
        }
        catch
        {
            await definition.DisposeAsync();
            throw;
        }
    }

    /// <summary>A Website of v1.</summary>
    public string Website(string name, string spec, string metadata = "") => $$"""
        apiVersion: {{Group}}/v1
        kind: {{Kind}}
        metadata: {name: {{name}}{{(metadata.Length > 0 ? ", " : "")}}{{metadata}}}
        spec: {host: {{name}}.example.com{{(spec.Length > 0 ? ", " : "")}}{{spec}}}
        """;

    /// <summary>A Website of v1beta1.</summary>
    public string OldWebsite(string name, string spec) => $$"""
        apiVersion: {{Group}}/v1beta1
        kind: {{Kind}}
        metadata: {name: {{name}}}
        spec: {hostname: {{name}}.example.com, {{spec}}}
        """;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await WorkloadCluster.Cluster.KubectlAsync("delete", "crd", Name, "--ignore-not-found", "--timeout=60s");
        }
        finally
        {
            await Conversion.DisposeAsync();
        }
    }
}
