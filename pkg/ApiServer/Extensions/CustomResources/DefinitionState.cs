namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>How far a definition is, for requests that began when it was served.</summary>
internal enum DefinitionState
{
    /// <summary>Objects may come.</summary>
    Served,

    /// <summary>It is being deleted: objects may only go.</summary>
    Terminating,

    /// <summary>It is not there any more, or another one of its name is.</summary>
    Gone,
}
