namespace Kube1.Api.OpenApi;

/// <summary>The two versions of OpenAPI that are served.</summary>
public enum OpenApiVersion
{
    /// <summary>Swagger 2.0: no defaults, a $ref beside other keys, scalars of two kinds as strings.</summary>
    V2,

    /// <summary>OpenAPI 3.0: defaults, a $ref with siblings wrapped in allOf, oneOf.</summary>
    V3,
}
