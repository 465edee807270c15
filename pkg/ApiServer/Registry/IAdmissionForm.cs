using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry;

/// <summary>What a subresource of another kind shows of an object: admission sees, and may change, no more than that.</summary>
internal interface IAdmissionForm
{
    /// <summary>The body that stands for a state of the object: its Scale.</summary>
    JsonObject Of(JsonObject obj);

    /// <summary>The new state with what admission has made of the body.</summary>
    JsonObject Take(JsonObject admitted, JsonObject obj);
}
