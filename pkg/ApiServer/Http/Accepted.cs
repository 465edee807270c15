using Kube1.Api.Errors;
using Kube1.ApiServer.Registry;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Http;

/// <summary>What the client wants the answer to be.</summary>
internal enum Shape
{
    /// <summary>The object itself.</summary>
    Object,

    /// <summary>meta.k8s.io Table</summary>
    Table,

    /// <summary>meta.k8s.io PartialObjectMetadata</summary>
    Metadata,

    /// <summary>meta.k8s.io PartialObjectMetadataList</summary>
    MetadataList,
}

/// <summary>How an answer is written.</summary>
internal enum WireFormat
{
    Json,

    Yaml,

    Protobuf,
}

/// <summary>
/// What Accept asks for, in upstream's reading (k8s.io/apiserver/pkg/endpoints/handlers/negotiation): the client's
/// clauses in their order, each against what is served; a clause that asks for what cannot be had is passed over.
/// </summary>
internal sealed record Accepted(WireFormat Format, Shape Shape, string MetaVersion, bool Pretty)
{
    private const string MetaGroup = "meta.k8s.io";

    // In the order in which wildcards are tried.
    private static readonly WireFormat[] Formats = [WireFormat.Json, WireFormat.Yaml, WireFormat.Protobuf];

    /// <summary>Plain JSON.</summary>
    public static Accepted Json { get; } = new(WireFormat.Json, Shape.Object, "v1", false);

    /// <summary>The media type of the answer.</summary>
    public string ContentType => MediaTypes.All[(int)Format];

    /// <summary>What a request for a resource gets; throws 406 when nothing asked for can be had.</summary>
    public static Accepted Of(RequestScope scope) => Negotiate(scope.Http.Request, scope.Resource)
        ?? throw ApiErrors.NotAcceptable(MediaTypes.All);

    /// <summary>What a watch gets; throws 406 also for formats that do not stream.</summary>
    public static Accepted ForWatch(RequestScope scope)
    {
        var accepted = scope.Negotiate();
        if (accepted.Format == WireFormat.Yaml)
        {
            throw ApiErrors.NotAcceptable(MediaTypes.Streams);
        }

        // No event is a list: upstream sends the objects as they are.
        return accepted.Shape == Shape.MetadataList ? accepted with { Shape = Shape.Object, MetaVersion = "v1" } : accepted;
    }

    /// <summary>What a request for anything but a resource gets; throws 406 when nothing asked for can be had.</summary>
    public static Accepted ForDocument(HttpRequest request) =>
        Negotiate(request, null) ?? throw ApiErrors.NotAcceptable(MediaTypes.All);

    /// <summary>
    /// The format of aggregated discovery; null when the client does not ask for it. Only clauses that do count, and so it
    /// wins wherever it stands (k8s.io/apiserver/pkg/endpoints/discovery/aggregated). The version v2beta1 is gone since
    /// v1.35, and a clause for it or any other kind is passed over.
    /// </summary>
    public static Accepted? ForAggregatedDiscovery(HttpRequest request)
    {
        foreach (var clause in AcceptClause.Parse(request.Headers.Accept.ToString()))
        {
            if ((clause.Parameter("as"), clause.Parameter("g"), clause.Parameter("v"))
                != ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2"))
            {
                continue;
            }

            foreach (var format in Formats)
            {
                if (clause.Matches(format) && !AsksForMore(clause, format, null))
                {
                    return new Accepted(format, Shape.Object, "v1", IsPretty(request) || clause.Parameter("pretty") == "1");
                }
            }
        }

        return null;
    }

    /// <summary>What an error gets, which is always given: as indented JSON when nothing asked for can be had.</summary>
    public static Accepted ForStatus(HttpRequest request) => Negotiate(request, null) ?? Json with { Pretty = true };

    private static Accepted? Negotiate(HttpRequest request, ServedResource? resource)
    {
        var pretty = IsPretty(request);
        var header = request.Headers.Accept.ToString();
        if (header.Length == 0 || header == Json.ContentType)
        {
            return pretty ? Json with { Pretty = true } : Json;
        }

        foreach (var clause in AcceptClause.Parse(header))
        {
            foreach (var format in Formats)
            {
                if (clause.Matches(format) && Match(clause, format, resource) is { } accepted)
                {
                    return pretty && !accepted.Pretty ? accepted with { Pretty = true } : accepted;
                }
            }
        }

        return null;
    }

    private static Accepted? Match(AcceptClause clause, WireFormat format, ServedResource? resource)
    {
        if (AsksForMore(clause, format, resource))
        {
            return null;
        }

        var pretty = clause.Parameter("pretty") == "1";
        if (clause.Parameter("as") is null && clause.Parameter("g") is null && clause.Parameter("v") is null)
        {
            return format == WireFormat.Protobuf && resource is { HasProtobuf: false }
                ? null
                : new Accepted(format, Shape.Object, "v1", pretty);
        }

        var version = clause.Parameter("v");
        if (resource is null || clause.Parameter("g") != MetaGroup || version is not ("v1" or "v1beta1"))
        {
            return null;
        }

        return clause.Parameter("as") switch
        {
            "Table" when format != WireFormat.Protobuf => new Accepted(format, Shape.Table, version, pretty),
            "PartialObjectMetadata" => new Accepted(format, Shape.Metadata, version, pretty),
            "PartialObjectMetadataList" => new Accepted(format, Shape.MetadataList, version, pretty),
            _ => null,
        };
    }

    // A stream that there is not, or a version of the meta group for the server to use, which only resources have.
    private static bool AsksForMore(AcceptClause clause, WireFormat format, ServedResource? resource) =>
        (clause.Parameter("stream") is { Length: > 0 } stream && (stream != "watch" || format == WireFormat.Yaml))
        || (clause.Parameter("sv") is { Length: > 0 } server && (resource is null || server != "v1"));

    // ?pretty decides; without it people are told from programs by their user agent.
    private static bool IsPretty(HttpRequest request)
    {
        if (request.QueryString.HasValue && request.Query["pretty"].ToString() is { Length: > 0 } asked)
        {
            return asked is "1" or "t" or "T" or "true" or "TRUE" or "True";
        }

        return request.Headers.UserAgent is [{ } agent, ..]
            && (agent.StartsWith("curl", StringComparison.Ordinal) || agent.StartsWith("Wget", StringComparison.Ordinal)
                || agent.StartsWith("Mozilla/5.0", StringComparison.Ordinal));
    }
}
