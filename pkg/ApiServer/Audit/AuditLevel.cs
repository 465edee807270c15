namespace Kube1.ApiServer.Audit;

/// <summary>How much of a request is logged (audit.k8s.io/v1 Level); each level has what those before it have.</summary>
internal enum AuditLevel
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Who asked for what, when, and how it ended.</summary>
    Metadata,

    /// <summary>The request's object as well.</summary>
    Request,

    /// <summary>The response's object as well.</summary>
    RequestResponse,
}

/// <summary>When an event is made (audit.k8s.io/v1 Stage).</summary>
internal enum AuditStage
{
    /// <summary>Before anything is done about the request.</summary>
    RequestReceived,

    /// <summary>The head of the response goes out; of requests that live long only.</summary>
    ResponseStarted,

    /// <summary>The response is complete.</summary>
    ResponseComplete,

    /// <summary>The server failed in a way that it should not.</summary>
    Panic,
}
