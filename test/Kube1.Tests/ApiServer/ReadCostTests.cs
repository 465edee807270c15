using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Reads copy stored bytes and never parse them: what a larger object costs more is about its size.</summary>
[NonParallelizable]
public sealed class ReadCostTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const int Rounds = 300;

    /// <summary>Many small fields: a parsed tree of these takes many times their size.</summary>
    private const int Fields = 250;

    [TestCase("/large", "/small")]
    [TestCase("?fieldSelector=metadata.name%3Dlarge", "?fieldSelector=metadata.name%3Dsmall")]
    [TestCase("?labelSelector=size%3Dlarge", "?labelSelector=size%3Dsmall")]
    public async Task Read_LargeObject_AllocatesNoTree(string large, string small)
    {
        await using var cluster = await TestCluster.StartAsync();
        var sizeBytes = await CreateAsync(cluster.Http, "large", Fields);
        await CreateAsync(cluster.Http, "small", 1);

        var much = await AllocatedPerReadAsync(cluster.Http, ConfigMaps + large);
        var little = await AllocatedPerReadAsync(cluster.Http, ConfigMaps + small);

        // One copy in the answer, one for growing buffers. A tree would take more than ten times the text.
        Assert.That(much - little, Is.LessThan(4 * sizeBytes), $"{little} and {much} bytes for {sizeBytes}");
    }

    private static async Task<long> CreateAsync(HttpClient http, string name, int fields)
    {
        var data = string.Join(',', Enumerable.Range(0, fields).Select(i => $"\"key-{i:000}\":\"{i}\""));
        var body = "{\"metadata\":{\"name\":\"" + name + "\",\"labels\":{\"size\":\"" + name + "\"}},\"data\":{" + data + "}}";
        var (code, created) = await http.SendAsync("POST", ConfigMaps, body);
        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        return created.ToJsonString().Length;
    }

    private static async Task<long> AllocatedPerReadAsync(HttpClient http, string path)
    {
        await ReadAsync(http, path, Rounds);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await ReadAsync(http, path, Rounds);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / Rounds;
    }

    private static async Task ReadAsync(HttpClient http, string path, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            using var response = await http.SendRawAsync("GET", path);
            await response.Content.CopyToAsync(Stream.Null);
        }
    }
}
