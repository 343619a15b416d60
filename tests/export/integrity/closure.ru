# What the Recommendation adds before the constraints are checked: classes that follow, and what is stated once for all.
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT { ?o a qb:Observation } WHERE { [] qb:observation ?o } ;
INSERT { ?o a qb:Observation } WHERE { ?o qb:dataSet [] } ;
INSERT { ?s a qb:Slice } WHERE { [] qb:slice ?s } ;
INSERT { ?p qb:componentProperty ?x } WHERE { ?p qb:dimension ?x } ;
INSERT { ?p qb:componentProperty ?x } WHERE { ?p qb:measure ?x } ;
INSERT { ?p qb:componentProperty ?x } WHERE { ?p qb:attribute ?x } ;
INSERT { ?x a qb:DimensionProperty } WHERE { [] qb:dimension ?x } ;
INSERT { ?x a qb:MeasureProperty } WHERE { [] qb:measure ?x } ;
INSERT { ?x a qb:AttributeProperty } WHERE { [] qb:attribute ?x } ;
INSERT { ?o qb:dataSet ?d } WHERE { ?d a qb:DataSet ; qb:slice/qb:observation ?o } ;
INSERT { ?o ?x ?v } WHERE {
  ?o a qb:Observation ; qb:dataSet ?d . ?d qb:structure/qb:component ?c .
  ?c qb:componentAttachment qb:DataSet ; qb:componentProperty ?x . ?d ?x ?v
} ;
INSERT { ?o ?x ?v } WHERE {
  ?d qb:structure/qb:component ?c ; qb:slice ?s . ?c qb:componentAttachment qb:Slice ; qb:componentProperty ?x .
  ?s ?x ?v ; qb:observation ?o
} ;
INSERT { ?o ?x ?v } WHERE {
  ?d qb:structure/qb:component ?c ; qb:slice ?s . ?c qb:dimension ?x .
  ?s ?x ?v ; qb:observation ?o
}
