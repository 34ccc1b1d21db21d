package org.apache.spark.examples;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Stands for the class of Spark's examples, which PyPI's Spark has not: SparkPi SLICES. For a compiler without type parameters. */
public class SparkPi {
    public static void main(String[] arguments) {
        SparkSession spark = SparkSession.builder().appName("Spark Pi").getOrCreate();
        long points = 1000L * Integer.parseInt(arguments[0]);
        spark.range(points).selectExpr("rand(1) AS x", "rand(2) AS y").createOrReplaceTempView("points");
        Row share = (Row) spark.sql("SELECT avg(IF(x * x + y * y <= 1, 4.0D, 0.0D)) FROM points").first();
        System.out.println("Pi is roughly " + share.get(0));
        spark.stop();
    }
}
