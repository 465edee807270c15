using System.Text;
using System.Text.Json;
using Kube1.ApiServer.Extensions.Aggregation;
using Kube1.ApiServer.OpenApi;

namespace Kube1.Tests.Fuzzing;

/// <summary>What aggregated API servers may tell of themselves: it is read or refused, and what was read can be published.</summary>
public sealed class AggregationFuzzTests
{
    private static readonly CompressedDocument Own = CompressedDocument.Of(stream => stream.Write(Encoding.UTF8.GetBytes(
        """{"swagger":"2.0","info":{"title":"a","version":"1"},"paths":{"/apis/example.org/v1/a":{}},"definitions":{"a":{"type":"object","x-kubernetes-group-version-kind":[{"group":"","kind":"A","version":"v1"}]}}}""")));

    [Test]
    public void Discovery_OfAServer_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "discovery", [.. Corpus.Read("discovery.txt"), .. HostileShapes.DeepJson(), .. HostileShapes.WideJson()],
        static bytes =>
        {
            try
            {
                DiscoveredVersions.OfAggregated(bytes);
            }
            catch (RemoteException)
            {
                DiscoveredVersions.OfLegacy(bytes).ToJsonString();
            }
        })
    {
        MayThrow = static e => e is RemoteException,
    });

    [Test]
    public void Index_OfDocuments_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "openapiindex", [.. Corpus.Read("openapi.txt"), .. HostileShapes.DeepJson(), .. HostileShapes.WideJson()],
        static bytes => RemoteDocuments.IndexOf(bytes))
    {
        MayThrow = static e => e is RemoteException,
    });

    [Test]
    public void Spec_OfAServer_CanBeMerged_OrIsRefused() => Fuzz.Check(new FuzzTarget(
        "openapispec", [.. Corpus.Read("openapi.txt"), .. HostileShapes.DeepJson(), .. HostileShapes.WideJson()],
        static bytes =>
        {
            RemoteSpec spec;
            try
            {
                spec = RemoteSpec.Of(bytes, "/apis/example.org/v1/");
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
            {
                // Refused; from here on nothing may throw.
                return;
            }

            using var merged = new MemoryStream();
            SpecMerge.Write(merged, Own, [spec, spec]);
            using var parsed = JsonDocument.Parse(merged.ToArray());
        }));
}
